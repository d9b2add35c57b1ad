"""Pipelines and choices: one route for each image, keyed by seed and id."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import noiselib
from noiselib import identity, one_of, parse, sometimes, vary
from noiselib.streams import Streams
from noiselib.testing.strategies import batches, corruptions, pictures, transforms

NOISE, TURN = noiselib.GaussianNoise(sigma=0.2), noiselib.Rotation(degrees=30)
DARK = noiselib.Brightness(shift=-0.2)  # 51 levels, an integer


def word(name, seed, count, occurrence=0):
    """Return the words that a choice draws."""
    return Streams(name, occurrence, seed, np.arange(count, dtype=np.uint64)).words(())


def test_the_identity_copies(digits):
    result = identity(digits)
    assert np.array_equal(result, digits)
    assert not np.shares_memory(result, digits)
    assert identity == identity.at(0.3) == parse("identity")
    assert bool(identity)
    assert len(identity) == 0


def test_pipelines_are_flat_and_sliced():
    pipeline = NOISE | (TURN | DARK)
    assert pipeline.stages == (NOISE, TURN, DARK)
    assert pipeline[1] == TURN
    assert pipeline[1:] == TURN | DARK
    assert pipeline[:1] == NOISE
    assert pipeline[:0] == identity
    assert list(pipeline) == [NOISE, TURN, DARK]


def test_only_transforms_are_piped():
    with pytest.raises(TypeError):
        NOISE | "zoom"
    with pytest.raises(TypeError, match="vary: expected a corruption or a pipeline, got 'zoom'"):
        vary("zoom")


def test_uint8_is_rounded_only_at_the_end(digits):
    half = noiselib.Brightness(shift=0.4 / 255)
    assert np.array_equal((half | half)(digits[:2]), np.minimum(digits[:2], 254) + 1)


def test_a_blur_between_changes_no_later_noise():
    images = np.full((2, 9, 9), 0.5, np.float32)
    noise = NOISE(images) - images
    with_blur = (noiselib.GaussianBlur(sigma=1) | NOISE)(images) - images
    assert np.allclose(with_blur, noise, atol=1e-6)


def test_one_of_applies_one_option_to_each_image(digits):
    choice = one_of(TURN, DARK, NOISE)
    chosen = word("one_of", 4, 100).astype(np.uint64) * 3 >> 32
    whole = [option(digits, seed=4) for option in (TURN, DARK, NOISE)]
    expected = np.stack([whole[k][i] for i, k in enumerate(chosen)])
    assert np.array_equal(choice(digits, seed=4), expected)
    assert set(chosen) == {0, 1, 2}


def test_sometimes_leaves_images_unchanged(digits):
    changed = word("sometimes", 4, 100) < 0.3 * 2**32
    result = sometimes(NOISE, p=0.3)(digits, seed=4)
    assert np.array_equal(result[changed], NOISE(digits, seed=4)[changed])
    assert np.array_equal(result[~changed], digits[~changed])
    assert 15 < changed.sum() < 45


@pytest.mark.parametrize("p", [0, 1])
def test_sometimes_never_and_always(digits, p):
    expected = NOISE(digits) if p else digits
    assert np.array_equal(sometimes(NOISE, p=p)(digits), expected)


@pytest.mark.parametrize("inner", [NOISE, TURN, NOISE | TURN, one_of(NOISE, TURN)])
def test_vary_gives_each_image_its_own_strength(digits, inner):
    steps = word("vary", 4, 100).astype(np.uint64) * 33 >> 32
    result = vary(inner)(digits, seed=4)
    for i in range(0, 100, 7):
        alone = inner.at(int(steps[i]) / 32)(digits[i : i + 1], seed=4, ids=i)
        assert np.array_equal(result[i : i + 1], alone)
    assert {0, 32} <= set(steps.tolist()) | {0, 32}


def test_choices_with_one_name_draw_independently(digits):
    twice = sometimes(DARK, p=0.5) | sometimes(DARK, p=0.5)
    once = word("sometimes", 0, 100) < 2**31
    again = word("sometimes", 0, 100, occurrence=1) < 2**31
    result = twice(digits)
    for hits in (0, 1, 2):
        rows = (once.astype(int) + again) == hits
        assert rows.any()
        expected = digits[rows]
        for _ in range(hits):
            expected = DARK(expected)
        assert np.array_equal(result[rows], expected)


def test_at_scales_corruptions_and_not_probabilities():
    text = "one_of(gaussian_noise(sigma=0.4), sometimes(rotation(degrees=40), p=0.5)) | vary(zoom)"
    half = "one_of(gaussian_noise(sigma=0.2), sometimes(rotation(degrees=20), p=0.5))"
    assert str(parse(text).at(0.5)) == f"{half} | vary(zoom(factor=0.7))"
    assert parse(text).at(0).is_identity


@given(transform=transforms(), images=batches(count=st.integers(1, 4)), seed=st.integers(0, 9))
def test_any_composition_fulfils_the_contract(transform, images, seed):
    whole = transform(images, seed=seed)
    assert whole.shape == images.shape
    assert whole.dtype == images.dtype
    separate = [transform(images[i : i + 1], seed=seed, ids=i) for i in range(len(images))]
    assert np.array_equal(np.concatenate(separate), whole)
    assert np.array_equal(transform(images, seed=seed, workers=3), whole)
    assert np.array_equal(transform.at(0)(images, seed=seed), images)
    if not transform.is_random:
        assert np.array_equal(transform(images, seed=seed + 1), whole)


@given(transforms())
def test_revisions_and_axes(transform):
    assert transform.revisions == tuple(sorted(set(transform.revisions)))
    assert transform.at(1) == transform
    if isinstance(transform, noiselib.Corruption) and transform.axis.name != "t":
        assert transform.axis.name == transform.strength_name
        assert transform.position(1) == getattr(transform, transform.strength_name)
    else:
        assert transform.axis.label == "t"
        assert transform.position(0.25) == 0.25


@pytest.mark.parametrize("t", [-0.1, 1.1, float("nan")])
def test_fractions_out_of_range(t):
    for transform in (NOISE, NOISE | TURN, vary(NOISE), one_of(NOISE, TURN), identity):
        with pytest.raises(ValueError, match=r"t must lie in \[0, 1\]"):
            transform.at(t)


class Pipelines(RuleBasedStateMachine):
    """Build, slice, print and pickle pipelines: always the stages of a plain list."""

    @initialize(first=corruptions())
    def start(self, first):
        self.model, self.pipeline = [first], first

    @rule(following=corruptions())
    def append(self, following):
        if len(self.model) < 5:
            self.model.append(following)
            self.pipeline |= following

    @rule(leading=corruptions())
    def prepend(self, leading):
        if len(self.model) < 5:
            self.model.insert(0, leading)
            self.pipeline = leading | self.pipeline

    @rule(cut=st.integers(1, 5))
    def slice(self, cut):
        if len(self.model) > cut:
            self.model, self.pipeline = self.model[:cut], self.pipeline[:cut]

    @rule()
    def print_and_read(self):
        self.pipeline = parse(str(self.pipeline))

    @invariant()
    def stages_are_the_model(self):
        stages = getattr(self.pipeline, "stages", (self.pipeline,))
        assert list(stages) == self.model
        assert hash(self.pipeline) == hash(parse(str(self.pipeline)))


TestPipelines = Pipelines.TestCase


def test_large_batches_with_many_routes():
    """More images than a chunk, many routes, shuffled ids, threads: the same results."""
    images = pictures("noise", (700, 16, 16, 1), 0)
    spec = parse("vary(rotation) | one_of(vary(gaussian_noise), zoom) | sometimes(contrast, p=.5)")
    whole = spec(images, seed=1)
    order = np.random.default_rng(0).permutation(700)
    assert np.array_equal(spec(images[order], seed=1, ids=order, workers=2), whole[order])
