import numpy as np
import pytest

from studies.core.errors import StudyError
from studies.report.diagnosis.galleries import mistake_lines, sample_lines
from studies.report.diagnosis.report import folder_name
from studies.run.diagnosis import EvaluatedImages, plan_diagnosis
from studies.stats.classification import confused_pairs, confusion_counts
from studies.stats.predictions import outcomes_of
from studies.tables.diagnosis_images import (
    MAX_COMPARED,
    MAX_MISCLASSIFIED,
    MAX_PROJECTED,
    SAMPLES,
    GalleryImage,
    brightness,
    class_samples,
    compare_mistakes,
    confused_images,
    misclassified,
    projection,
    sample_predictions,
)

NAMES = ("0", "1", "2")


def image_set_of(count, seed=0):
    """Two models with random predictions, on images of noise."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, count)
    outcomes = {
        name: outcomes_of(generator.dirichlet(np.ones(3), count).astype(np.float32), labels)
        for name in ("a", "b")
    }
    images = generator.integers(0, 256, (count, 4, 5, 1), dtype=np.uint8)
    return EvaluatedImages("clean images", "clean", images, outcomes), labels


def test_misclassified_images_are_sorted_by_confidence():
    image_set, labels = image_set_of(300)
    part = misclassified(image_set, "a", labels, seed=1)
    assert len(part.images) == MAX_MISCLASSIFIED
    assert part.total == (image_set.outcomes["a"].predicted != labels).sum()
    for image in part.images:
        assert image.true == labels[image.number] != image.predictions[0][0]
    confidence = [image.predictions[0][1] for image in part.images]
    assert confidence == sorted(confidence, reverse=True)
    assert misclassified(image_set, "a", labels, seed=1) == part
    assert misclassified(image_set, "a", labels, seed=2) != part


def test_a_few_misclassified_images_are_all_shown():
    image_set, labels = image_set_of(12)
    part = misclassified(image_set, "b", labels, seed=0)
    wrong = np.flatnonzero(image_set.outcomes["b"].predicted != labels)
    assert sorted(image.number for image in part.images) == wrong.tolist()


def test_two_models_are_compared_on_images_that_one_or_both_misclassify():
    image_set, labels = image_set_of(300)
    only_a, only_b, both = compare_mistakes(image_set, "a", "b", labels, seed=0)
    wrong = {name: outcomes.predicted != labels for name, outcomes in image_set.outcomes.items()}
    assert only_a.total == (wrong["a"] & ~wrong["b"]).sum()
    for part, pattern in ((only_a, (1, 0)), (only_b, (0, 1)), (both, (1, 1))):
        assert len(part.images) == MAX_COMPARED
        for image in part.images:
            assert (wrong["a"][image.number], wrong["b"][image.number]) == pattern
            assert [predicted for predicted, _ in image.predictions] == [
                image_set.outcomes[name].predicted[image.number] for name in ("a", "b")
            ]


def test_samples_are_the_same_images_for_every_model():
    image_set, labels = image_set_of(300)
    chosen = [
        [t.number for t in sample_predictions(image_set, name, labels, 3).images]
        for name in ("a", "b")
    ]
    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) == SAMPLES


def test_images_of_a_pair_are_confusions_of_its_classes():
    image_set, labels = image_set_of(200)
    predicted = image_set.outcomes["a"].predicted
    pairs = confused_pairs(confusion_counts(labels, predicted, 3), 5)
    parts = confused_images(image_set, "a", labels, pairs, NAMES, seed=0)
    assert [part.total for part in parts] == [pair.count for pair in pairs]
    for part, pair in zip(parts, pairs, strict=True):
        for image in part.images:
            assert {image.true, image.predictions[0][0]} == {pair.low, pair.high}


def test_a_class_without_images_has_an_empty_row():
    rows = class_samples(np.array([0, 0, 2]), 3, 1, seed=0)
    assert [len(row) for row in rows] == [1, 0, 1]


def test_brightness_is_that_of_the_pixels_of_a_class():
    image_set, _ = image_set_of(50)
    labels = np.arange(50) % 2
    grey = brightness(image_set, labels, 3)
    odd = image_set.images[1::2]
    assert grey.mean[1] == pytest.approx(odd.mean() / 255)
    assert grey.deviation[1] == pytest.approx(odd.std() / 255)
    assert np.isnan(grey.mean[2])
    assert grey.histogram.sum() == pytest.approx(1)
    assert grey.histogram[-1] == pytest.approx((image_set.images >= 248).mean())
    np.testing.assert_allclose(grey.mean_images[1], odd.mean(axis=0), atol=0.5)


def test_the_projection_is_that_of_the_clean_images():
    image_set, _ = image_set_of(60)
    shifted = EvaluatedImages("x", "corrupted", image_set.images // 2, image_set.outcomes)
    projected = projection([image_set, shifted], seed=0)
    flat = image_set.images.reshape(60, -1) / 255
    _, sizes, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    expected = (flat - flat.mean(axis=0)) @ axes[:2].T
    np.testing.assert_allclose(np.abs(projected.points[0]), np.abs(expected), atol=1e-4)
    assert projected.explained[0] == pytest.approx(sizes[0] ** 2 / (sizes**2).sum(), rel=1e-4)
    assert not np.allclose(projected.points[0], projected.points[1])


def test_many_images_are_sampled_by_seed_and_constant_ones_have_no_projection():
    image_set, _ = image_set_of(MAX_PROJECTED + 5)
    numbers = [projection([image_set], seed=seed).numbers for seed in (0, 0, 1)]
    assert len(numbers[0]) == MAX_PROJECTED
    np.testing.assert_array_equal(numbers[0], numbers[1])
    assert (numbers[0] != numbers[2]).any()
    same = EvaluatedImages("x", "clean", np.full((9, 3, 3, 1), 7, np.uint8), {})
    assert projection([same], seed=0) is None
    assert projection([EvaluatedImages("x", "clean", image_set.images[:2], {})], seed=0) is None


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("fogg", "did you mean 'fog'"),
        ("rotation(30)", "by keyword"),
        ("identity", "changes nothing"),
        ("rotation(degrees=0)", "changes nothing"),
    ],
)
def test_an_invalid_spec_is_refused(spec, words):
    with pytest.raises(StudyError, match=r"^corruption: ") as caught:
        plan_diagnosis(spec, 0)
    assert words in str(caught.value)


def test_without_a_spec_there_are_clean_images_only():
    assert [point.corruption for point in plan_diagnosis(None, 3)] == ["clean"]
    clean, noise = plan_diagnosis("gaussian_noise(sigma=.3)", 3)
    assert [item.seed for item in (*clean.conditions, *noise.conditions)] == [None, 3]
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
    assert mistake_lines(GalleryImage(0, 4, ((9, 0.874),)), digits) == ["4 → 9  87 %"]
    assert mistake_lines(GalleryImage(0, 4, ((9, 0.874), (4, 1.0))), digits) == [
        "4 → 9 | 4",
        "87 % | 100 %",
    ]
    assert mistake_lines(GalleryImage(0, 0, ((1, 0.5),)), clothes) == [
        "ankle boot",
        "→ T-shirt/to…",
        "50 %",
    ]
    assert sample_lines(GalleryImage(0, 4, ((4, 0.99),)), digits) == ["✓ 4  99 %"]
    assert sample_lines(GalleryImage(0, 4, ((9, 0.99),)), digits) == ["✗ 9  99 %", "is 4"]
