"""The laws detect faults: each is introduced into a copy of a corruption."""

import numpy as np
import pytest

import noiselib
from noiselib import execution
from noiselib.corruption import Corruption
from noiselib.corruptions.blur import GaussianBlur
from noiselib.corruptions.noise import GaussianNoise, SaltAndPepper
from noiselib.corruptions.photometric import Contrast
from noiselib.fields import strength
from noiselib.operations.linear import gaussian_matrix, separable
from noiselib.streams import Streams
from noiselib.testing import LAWS, check_corruption
from noiselib.testing.checking import check_law
from noiselib.traits import Trait


def broken_laws(cls):
    """Return the names of the laws that a class breaks."""
    broken = set()
    for law in LAWS:
        if law.applies(cls):
            try:
                check_law(law, cls, max_examples=50)
            except Exception:
                broken.add(law.name)
    return broken


def copy_of(cls, **changes):
    """Return a copy of a corruption class, outside the registry, with a fault."""
    annotations = {cls.strength_name: "float"}
    info = cls.field_info[cls.strength_name]
    field = strength(
        info.description, identity=info.identity, worst=info.worst, low=info.low, high=info.high
    )
    body = {
        "__annotations__": annotations,
        cls.strength_name: field,
        "traits": cls.traits,
        "draw": cls.draw,
        "apply": cls.apply,
    }
    return type(cls.__name__, (Corruption,), body | changes, register=False)


@pytest.mark.parametrize("cls", [GaussianNoise, SaltAndPepper, GaussianBlur, Contrast])
def test_a_correct_copy_breaks_no_law(cls):
    assert broken_laws(copy_of(cls)) == set()


def test_zero_padded_blur():
    def apply(self, images, draws):
        matrices = []
        for side in images.shape[1:3]:
            padded = gaussian_matrix(side + 80, self.sigma)[40:-40, 40:-40]
            matrices.append(np.ascontiguousarray(padded))
        return separable(images, *matrices)

    caught = broken_laws(copy_of(GaussianBlur, apply=apply))
    assert {"mean_is_preserved", "constants_are_preserved"} <= caught


def test_truncation_instead_of_rounding(monkeypatch):
    def truncated(unit, out):
        if out.dtype == np.uint8:
            out[...] = (unit * np.float32(255)).reshape(out.shape)
        else:
            out[...] = unit.reshape(out.shape)

    monkeypatch.setattr(execution, "from_unit", truncated)
    assert "uint8_is_rounded_once" in broken_laws(copy_of(GaussianNoise))


def test_draw_that_depends_on_strength():
    def draw(self, streams, shape):
        if self.sigma > 0.2:
            streams.normal(shape)  # one more draw
        return streams.normal(shape)

    assert "draws_do_not_depend_on_strength" in broken_laws(copy_of(GaussianNoise, draw=draw))


def test_stream_by_position_instead_of_id(monkeypatch):
    class Positional(Streams):
        def __init__(self, name, occurrence, seed, ids):
            super().__init__(name, occurrence, seed, np.arange(len(ids), dtype=np.uint64))

    monkeypatch.setattr(execution, "Streams", Positional)
    caught = broken_laws(copy_of(GaussianNoise))
    assert {"batches_do_not_matter", "order_does_not_matter"} <= caught


def test_batch_wide_contrast_mean():
    def apply(self, images, draws):
        mean = images.mean(dtype=np.float64).astype(np.float32)
        return mean + np.float32(self.factor) * (images - mean)

    caught = broken_laws(copy_of(Contrast, apply=apply))
    assert {"neighbours_do_not_matter", "batches_do_not_matter"} & caught


def test_wrong_identity_value():
    class Noise(Corruption, register=False):
        sigma: float = strength("wrong where it begins", identity=0.1, worst=0.4)
        draw = GaussianNoise.draw
        apply = GaussianNoise.apply

    assert "starts_at_the_identity" in broken_laws(Noise)


def test_salt_never_placed_passes_the_laws():
    """The reason why each corruption needs an oracle besides the laws."""

    def apply(self, images, draws):
        return images * (draws >= round(self.amount * 2**15))

    assert broken_laws(copy_of(SaltAndPepper, apply=apply)) == set()


def test_check_corruption_accepts_a_correct_class():
    class Darken(Corruption, register=False):
        """Scale towards black."""

        traits = Trait.EXACT | Trait.POINTWISE | Trait.CHANNELWISE | Trait.MONOTONE | Trait.LINEAR
        loss: float = strength("fraction of the light that is lost", identity=0, worst=0.9, high=1)

        def apply(self, images, draws):
            return images * np.float32(1 - self.loss)

    check_corruption(Darken, max_examples=20)


def test_check_corruption_names_the_broken_law():
    class Bad(Corruption, register=False):
        gain: float = strength("what is added", identity=0, worst=0.5)

        def apply(self, images, draws):
            return (
                images + self.gain * np.arange(len(images), dtype=np.float32)[:, None, None, None]
            )

    with pytest.raises(AssertionError) as caught:
        check_corruption(Bad, max_examples=50)
    assert any("bad breaks the law" in note for note in caught.value.__notes__)


def test_a_class_with_register_false_is_not_registered():
    before = noiselib.registry()
    copy_of(GaussianNoise)
    assert noiselib.registry() == before
