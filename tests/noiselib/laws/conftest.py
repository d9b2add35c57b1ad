"""Corruptions with one fault each, and laws that are tested with a single given example."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noiselib.corruption import Corruption
from noiselib.fields import strength
from noiselib.testing import LAWS, Case
from noiselib.testing.strategies import pictures


class FixedData:
    """Replaces the data object of Hypothesis: each draw returns the value with its label."""

    def __init__(self, values):
        self.values = values

    def draw(self, strategy, label):
        strategy.validate()
        value = self.values[label]
        return next(value) if hasattr(value, "__next__") else value


def brighten(self, images, draws):
    """The `apply` of a correct corruption, into which faults are introduced."""
    return images + np.float32(self.gain)


@pytest.fixture(scope="session")
def faulty_class():
    """A function that makes a class outside the registry; it adds a gain unless overridden."""

    def make(**body):
        field = strength("what is added", identity=0.0, worst=0.5, low=-1.0, high=1.0)
        body = {"__annotations__": {"gain": "float"}, "gain": field, "apply": brighten} | body
        return type("Faulty", (Corruption,), body, register=False)

    return make


@pytest.fixture(scope="session")
def law_message():
    """A function that tests a law with one example: "" if it holds, else its message."""
    laws = {law.name: law for law in LAWS}

    def test(name, cls, **values):
        messages = []
        example = {
            "corruption": cls(),
            "images": pictures("noise", (3, 6, 5, 1), 1),
            "seed": 5,
            "t": [0.5],
        } | {label.replace("_", " "): value for label, value in values.items()}

        @settings(max_examples=1, database=None)
        @given(st.none())
        def run(_):
            try:
                laws[name].check(Case(cls, FixedData(example)))
            except AssertionError as error:
                messages.append(str(error) or "broken")

        run()
        return messages[0] if messages else ""

    return test
