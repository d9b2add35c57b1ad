import numpy as np
import pytest

from studies.core.errors import StudyError
from studies.report.diagnosis.outputs import folder_name
from studies.report.diagnosis.text import mistake_lines, sample_lines
from studies.run.diagnosis import View, plan_diagnosis
from studies.stats.confusion import confused_pairs, confusion_counts
from studies.stats.predictions import judge
from studies.tables.data_statistics import PROJECTED, brightness, projection
from studies.tables.image_choices import (
    OF_EACH,
    SAMPLES,
    WRONG,
    Tile,
    compared,
    of_classes,
    of_pairs,
    samples,
    wrong_ones,
)

NAMES = ("0", "1", "2")


def view_of(count, seed=0):
    """Two models that guess, on pictures of noise."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, count)
    outcomes = {
        name: judge(generator.dirichlet(np.ones(3), count).astype(np.float32), labels)
        for name in ("a", "b")
    }
    images = generator.integers(0, 256, (count, 4, 5, 1), dtype=np.uint8)
    return View("clean images", "clean", images, outcomes), labels


def test_a_gallery_of_mistakes_has_mistakes_only_and_the_surest_first():
    view, labels = view_of(300)
    block = wrong_ones(view, "a", labels, seed=1)
    assert len(block.tiles) == WRONG
    assert block.of == (view.outcomes["a"].predicted != labels).sum()
    for tile in block.tiles:
        assert tile.true == labels[tile.number] != tile.answers[0][0]
    sure = [tile.answers[0][1] for tile in block.tiles]
    assert sure == sorted(sure, reverse=True)
    assert wrong_ones(view, "a", labels, seed=1) == block
    assert wrong_ones(view, "a", labels, seed=2) != block


def test_a_few_mistakes_are_shown_whole():
    view, labels = view_of(12)
    block = wrong_ones(view, "b", labels, seed=0)
    wrong = np.flatnonzero(view.outcomes["b"].predicted != labels)
    assert sorted(tile.number for tile in block.tiles) == wrong.tolist()


def test_two_models_are_compared_on_what_one_or_both_get_wrong():
    view, labels = view_of(300)
    only_a, only_b, both = compared(view, "a", "b", labels, seed=0)
    wrong = {name: outcomes.predicted != labels for name, outcomes in view.outcomes.items()}
    assert only_a.of == (wrong["a"] & ~wrong["b"]).sum()
    for block, pattern in ((only_a, (1, 0)), (only_b, (0, 1)), (both, (1, 1))):
        assert len(block.tiles) == OF_EACH
        for tile in block.tiles:
            assert (wrong["a"][tile.number], wrong["b"][tile.number]) == pattern
            assert [answer for answer, _ in tile.answers] == [
                view.outcomes[name].predicted[tile.number] for name in ("a", "b")
            ]


def test_samples_are_the_same_images_for_every_model():
    view, labels = view_of(300)
    chosen = [[t.number for t in samples(view, name, labels, 3).tiles] for name in ("a", "b")]
    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) == SAMPLES


def test_images_of_a_pair_are_confusions_of_its_two_classes():
    view, labels = view_of(200)
    predicted = view.outcomes["a"].predicted
    pairs = confused_pairs(confusion_counts(labels, predicted, 3), 5)
    blocks = of_pairs(view, "a", labels, pairs, NAMES, seed=0)
    assert [block.of for block in blocks] == [pair.count for pair in pairs]
    for block, pair in zip(blocks, pairs, strict=True):
        for tile in block.tiles:
            assert {tile.true, tile.answers[0][0]} == {pair.low, pair.high}


def test_a_class_without_images_has_an_empty_row():
    rows = of_classes(np.array([0, 0, 2]), 3, each=1, seed=0)
    assert [len(row) for row in rows] == [1, 0, 1]


def test_grey_levels_are_those_of_the_pixels_of_a_class():
    view, _ = view_of(50)
    labels = np.arange(50) % 2
    grey = brightness(view, labels, 3)
    odd = view.images[1::2]
    assert grey.mean[1] == pytest.approx(odd.mean() / 255)
    assert grey.deviation[1] == pytest.approx(odd.std() / 255)
    assert np.isnan(grey.mean[2])
    assert grey.histogram.sum() == pytest.approx(1)
    assert grey.histogram[-1] == pytest.approx((view.images >= 248).mean())
    np.testing.assert_allclose(grey.mean_images[1], odd.mean(axis=0), atol=0.5)


def test_the_plane_is_that_of_the_clean_images():
    view, _ = view_of(60)
    shifted = View("x", "corrupted", view.images // 2, view.outcomes)
    projected = projection([view, shifted], seed=0)
    flat = view.images.reshape(60, -1) / 255
    _, sizes, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    expected = (flat - flat.mean(axis=0)) @ axes[:2].T
    np.testing.assert_allclose(np.abs(projected.points[0]), np.abs(expected), atol=1e-4)
    assert projected.explained[0] == pytest.approx(sizes[0] ** 2 / (sizes**2).sum(), rel=1e-4)
    assert not np.allclose(projected.points[0], projected.points[1])


def test_many_images_are_thinned_by_seed_and_flat_ones_have_no_plane():
    view, _ = view_of(PROJECTED + 5)
    numbers = [projection([view], seed=seed).numbers for seed in (0, 0, 1)]
    assert len(numbers[0]) == PROJECTED
    np.testing.assert_array_equal(numbers[0], numbers[1])
    assert (numbers[0] != numbers[2]).any()
    same = View("x", "clean", np.full((9, 3, 3, 1), 7, np.uint8), {})
    assert projection([same], seed=0) is None
    assert projection([View("x", "clean", view.images[:2], {})], seed=0) is None


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("fogg", "did you mean 'fog'"),
        ("rotation(30)", "by keyword"),
        ("identity", "changes nothing"),
        ("rotation(degrees=0)", "changes nothing"),
    ],
)
def test_a_spec_that_says_nothing_is_refused(spec, words):
    with pytest.raises(StudyError, match=r"^corruption: ") as caught:
        plan_diagnosis(spec, 0)
    assert words in str(caught.value)


def test_without_a_spec_only_the_clean_images_are_evaluated():
    assert [point.corruption for point in plan_diagnosis(None, 3)] == ["clean"]
    clean, noise = plan_diagnosis("gaussian_noise(sigma=.3)", 3)
    assert [point.conditions[0].seed for point in (clean, noise)] == [None, 3]
    assert noise.corruption == "gaussian_noise(sigma=0.3)"


def test_each_condition_has_a_folder_of_its_own():
    long = " | ".join(f"gaussian_noise(sigma=0.{n})" for n in range(1, 9))
    cases = [
        (None, None),
        ("brightness(shift=0.5)", None),
        ("brightness(shift=-0.5)", None),
        ("gaussian_noise(sigma=0.5)", 0),
        ("gaussian_noise(sigma=0.5)", 7),
        (long, 0),
        (f"{long} | contrast", 0),
    ]
    names = [folder_name(*case) for case in cases]
    assert len(set(names)) == len(names)
    assert names[:3] == ["clean", "brightness-shift=0.5", "brightness-shift=-0.5"]
    assert all(len(name) < 90 and set(name).isdisjoint(" |()/\\") for name in names)


def test_short_names_share_a_line_and_long_ones_have_their_own():
    digits = tuple("0123456789")
    clothes = ("ankle boot", "T-shirt/top and more", "bag")
    assert mistake_lines(Tile(0, 4, ((9, 0.874),)), digits) == ["4 → 9  87 %"]
    assert mistake_lines(Tile(0, 4, ((9, 0.874), (4, 1.0))), digits) == [
        "4 → 9 | 4",
        "87 % | 100 %",
    ]
    assert mistake_lines(Tile(0, 0, ((1, 0.5),)), clothes) == [
        "ankle boot",
        "→ T-shirt/to…",
        "50 %",
    ]
    assert sample_lines(Tile(0, 4, ((4, 0.99),)), digits) == ["✓ 4  99 %"]
    assert sample_lines(Tile(0, 4, ((9, 0.99),)), digits) == ["✗ 9  99 %", "is 4"]
