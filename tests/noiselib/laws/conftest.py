"""Corruptions with one fault each, and a law put to a single example of our own choice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noiselib.corruption import Corruption
from noiselib.fields import strength
from noiselib.testing import LAWS, Case
from noiselib.testing.strategies import pictures


class Answers:
    """Stands for Hypothesis's data: each draw has its answer, found by its label."""

    def __init__(self, answers):
        self.answers = answers

    def draw(self, strategy, label):
        strategy.validate()
        answer = self.answers[label]
        return next(answer) if hasattr(answer, "__next__") else answer


def brighten(self, images, draws):
    """The lawful corruption that faults are put into."""
    return images + np.float32(self.gain)


@pytest.fixture(scope="session")
def fault():
    """Make a class outside the registry that adds a gain, but for what is given."""

    def make(**body):
        field = strength("what is added", identity=0.0, worst=0.5, low=-1.0, high=1.0)
        body = {"__annotations__": {"gain": "float"}, "gain": field, "apply": brighten} | body
        return type("Faulty", (Corruption,), body, register=False)

    return make


@pytest.fixture(scope="session")
def verdict():
    """Put a law to one example: "" if it holds, else what it says or "broken"."""
    laws = {law.name: law for law in LAWS}

    def judge(name, cls, **answers):
        said = []
        example = {
            "corruption": cls(),
            "images": pictures("noise", (3, 6, 5, 1), 1),
            "seed": 5,
            "t": [0.5],
        } | {label.replace("_", " "): answer for label, answer in answers.items()}

        @settings(max_examples=1, database=None)
        @given(st.none())
        def examine(_):
            try:
                laws[name].check(Case(cls, Answers(example)))
            except AssertionError as error:
                said.append(str(error) or "broken")

        examine()
        return said[0] if said else ""

    return judge
