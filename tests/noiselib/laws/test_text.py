"""The laws of text and composition hold of a lawful corruption, and name each fault."""

import numpy as np
import pytest

import noiselib
from noiselib.corruption import Corruption
from noiselib.fields import strength
from noiselib.testing.laws import text
from noiselib.testing.laws.text import importable
from noiselib.transform import Pipeline


class Pickled(Corruption, register=False):
    """One that pickle finds by its name."""

    gain: float = strength("what is added", identity=0, worst=0.5)


class Forgetful(Corruption, register=False):
    """One that comes out of a pickle as another, but not out of a copy."""

    gain: float = strength("what is added", identity=0, worst=0.5)

    def __reduce__(self):
        return Forgetful, ()

    def __deepcopy__(self, memo):
        return self


def test_pickles(verdict):
    assert importable(Pickled)
    assert verdict("text_reads_back", Pickled) == ""
    said = verdict("text_reads_back", Forgetful)
    assert said == "forgetful(gain=0.25) changes in a pickle"


def test_classes_of_a_function_are_not_pickled(fault, verdict):
    assert not importable(fault())
    assert verdict("text_reads_back", fault()) == ""


@pytest.mark.parametrize("t", [0.5, 1.0])
def test_texts(fault, verdict, monkeypatch, t):
    """A class that stands in the registry must read back; the fault is in its text at t alone."""

    def written(self):
        return "zoom" if self.gain == 0.5 * t else Corruption.__str__(self)

    for body, said in (({}, ""), ({"__str__": written}, "zoom(factor=0.4)")):
        cls = fault(**body)
        known = noiselib.registry() | {"faulty": cls}
        monkeypatch.setattr(text, "registry", lambda known=known: known)
        monkeypatch.setattr(noiselib.spec, "registry", lambda known=known: known)
        found = verdict("text_reads_back", cls)
        assert found == (said and f"zoom reads back as {said}")


@pytest.mark.parametrize(
    "body",
    [
        {"__deepcopy__": lambda self, memo: noiselib.Zoom()},
        {"__hash__": lambda self: id(self) // 16},
        {"__repr__": lambda self: "faulty"},
    ],
)
def test_copies(fault, verdict, body):
    cls = fault(**body)
    if "__hash__" in body:
        cls.__hash__ = body["__hash__"]  # after the dataclass has made its own
    assert verdict("text_reads_back", cls) == "broken"


@pytest.mark.parametrize(
    "body",
    [
        {"__or__": lambda self, other: Pipeline((self, other))},  # keeps the identity
        {"__or__": lambda self, other: Pipeline((self,))},
    ],
)
def test_pipes(fault, verdict, body):
    assert verdict("pipes_are_a_monoid", fault()) == ""
    assert verdict("pipes_are_a_monoid", fault(**body)) == "broken"


def test_stages(fault, verdict):
    assert verdict("pipeline_applies_stages_in_order", fault()) == ""

    def call(self, images, **keywords):
        return Corruption.__call__(self, images, **keywords) * np.float32(0.5)

    said = verdict("pipeline_applies_stages_in_order", fault(__call__=call))
    assert said == "stages differ"
    assert verdict("pipeline_applies_stages_in_order", noiselib.SaltAndPepper) == ""
    assert verdict("pipeline_applies_stages_in_order", noiselib.GaussianNoise) == ""


def test_second_occurrences(fault, verdict):
    noise = noiselib.GaussianNoise
    assert verdict("repeated_noise_is_independent", noise) == ""
    drawing = {
        "draw": lambda self, streams, shape: streams.normal(shape),
        "apply": lambda self, images, draws: images + self.gain * draws,
        "__or__": lambda self, other: self,
    }
    assert verdict("repeated_noise_is_independent", fault(**drawing)) == "broken"
