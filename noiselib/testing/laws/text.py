"""Laws of specs and of composition."""

from __future__ import annotations

import copy
import pickle
import sys

import numpy as np

from noiselib.catalogue import registry
from noiselib.corruptions.noise import SaltAndPepper
from noiselib.corruptions.photometric import Brightness
from noiselib.spec import parse
from noiselib.testing.laws.law import Case, Laws, unit
from noiselib.transform import chain, identity

laws = Laws()


@laws.register()
def text_reads_back(case: Case) -> None:
    """``parse(str(c)) == c`` at every strength; copies and pickles are equal, with equal hashes."""
    (t,) = case.fractions(1)
    for one in (corruption := case.corruption(), corruption.at(t)):
        if registry().get(one.name) is case.cls:
            assert parse(str(one)) == one, f"{one} is read as {parse(str(one))}"
        if importable(case.cls):
            assert pickle.loads(pickle.dumps(one)) == one, f"{one} differs from its pickle"  # noqa: S301 - our own bytes
        assert copy.deepcopy(one) == one
        assert hash(copy.deepcopy(one)) == hash(one)
        assert repr(one) == str(one)


def importable(cls: type) -> bool:
    """Whether pickle can find a class: not if it is defined inside a function."""
    return getattr(sys.modules.get(cls.__module__), cls.__name__, None) is cls


@laws.register()
def pipes_are_a_monoid(case: Case) -> None:
    """``|`` is associative, and the identity vanishes on either side."""
    corruption, other = case.corruption(), Brightness(shift=0.1)
    assert chain(identity, corruption) == corruption == corruption | identity
    assert (corruption | other) | corruption == corruption | (other | corruption)


@laws.register()
def pipeline_applies_stages_in_order(case: Case) -> None:
    """For floats, ``a | b`` applies b to the result of a, with the same seed and ids."""
    images, corruption, seed = unit(case.images()), case.corruption(), case.seed()
    namesake = corruption.name == SaltAndPepper.name  # two with one name have different draws
    other = Brightness(shift=0.1) if namesake else SaltAndPepper(amount=0.1)
    for first, second in ((corruption, other), (other, corruption)):
        stepwise = second(first(images, seed=seed), seed=seed)
        assert np.array_equal((first | second)(images, seed=seed), stepwise), "stages differ"


@laws.register()
def repeated_noise_is_independent(case: Case) -> None:
    """The second occurrence of a corruption has draws of its own, whatever the other stages."""
    from noiselib.execution import corrupt

    images, seed = unit(case.images()), case.seed()
    corruption, ids = case.cls(), np.arange(len(images), dtype=np.uint64)
    twice = corrupt(corruption, corruption(images, seed=seed), seed, ids, occurrence=1)
    assert np.array_equal((corruption | corruption)(images, seed=seed), twice)
