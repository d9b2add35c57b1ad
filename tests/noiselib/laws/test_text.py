"""The laws of specs and composition accept a correct corruption, and name each fault."""

import numpy as np
import pytest

import noiselib
from noiselib.corruption import Corruption
from noiselib.fields import strength
from noiselib.testing.laws import text
from noiselib.testing.laws.text import importable
from noiselib.transform import Pipeline


class Pickled(Corruption, register=False):
    """A class that pickle finds by its name."""

    gain: float = strength("what is added", identity=0, worst=0.5)


class Forgetful(Corruption, register=False):
    """A class whose pickles differ from it, unlike its copies."""

    gain: float = strength("what is added", identity=0, worst=0.5)

    def __reduce__(self):
        return Forgetful, ()

    def __deepcopy__(self, memo):
        return self


def test_pickles(law_message):
    assert importable(Pickled)
    assert law_message("text_reads_back", Pickled) == ""
    message = law_message("text_reads_back", Forgetful)
    assert message == "forgetful(gain=0.25) differs from its pickle"


def test_classes_inside_functions_are_not_pickled(faulty_class, law_message):
    assert not importable(faulty_class())
    assert law_message("text_reads_back", faulty_class()) == ""


@pytest.mark.parametrize("t", [0.5, 1.0])
def test_texts(faulty_class, law_message, monkeypatch, t):
    """The spec of a registered class must be read back; it is wrong at t alone."""

    def spec(self):
        return "zoom" if self.gain == 0.5 * t else Corruption.__str__(self)

    for body, result in (({}, ""), ({"__str__": spec}, "zoom(factor=0.4)")):
        cls = faulty_class(**body)
        classes = noiselib.registry() | {"faulty": cls}
        monkeypatch.setattr(text, "registry", lambda classes=classes: classes)
        monkeypatch.setattr(noiselib.spec, "registry", lambda classes=classes: classes)
        message = law_message("text_reads_back", cls)
        assert message == (result and f"zoom is read as {result}")


@pytest.mark.parametrize(
    "body",
    [
        {"__deepcopy__": lambda self, memo: noiselib.Zoom()},
        {"__hash__": lambda self: id(self) // 16},
        {"__repr__": lambda self: "faulty"},
    ],
)
def test_copies(faulty_class, law_message, body):
    cls = faulty_class(**body)
    if "__hash__" in body:
        cls.__hash__ = body["__hash__"]  # after the dataclass has made its own
    assert law_message("text_reads_back", cls) == "broken"


@pytest.mark.parametrize(
    "body",
    [
        {"__or__": lambda self, other: Pipeline((self, other))},  # the identity does not vanish
        {"__or__": lambda self, other: Pipeline((self,))},
    ],
)
def test_pipes(faulty_class, law_message, body):
    assert law_message("pipes_are_a_monoid", faulty_class()) == ""
    assert law_message("pipes_are_a_monoid", faulty_class(**body)) == "broken"


def test_stages(faulty_class, law_message):
    assert law_message("pipeline_applies_stages_in_order", faulty_class()) == ""

    def call(self, images, **keywords):
        return Corruption.__call__(self, images, **keywords) * np.float32(0.5)

    message = law_message("pipeline_applies_stages_in_order", faulty_class(__call__=call))
    assert message == "stages differ"
    assert law_message("pipeline_applies_stages_in_order", noiselib.SaltAndPepper) == ""
    assert law_message("pipeline_applies_stages_in_order", noiselib.GaussianNoise) == ""


def test_second_occurrences(faulty_class, law_message):
    noise = noiselib.GaussianNoise
    assert law_message("repeated_noise_is_independent", noise) == ""
    drawing = {
        "draw": lambda self, streams, shape: streams.normal(shape),
        "apply": lambda self, images, draws: images + self.gain * draws,
        "__or__": lambda self, other: self,
    }
    assert law_message("repeated_noise_is_independent", faulty_class(**drawing)) == "broken"
