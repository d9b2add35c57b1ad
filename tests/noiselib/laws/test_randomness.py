"""The laws of chance hold of a lawful corruption, and name each fault."""

import itertools

import numpy as np
import pytest

from noiselib.corruption import Corruption
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

DRAWING = {"draw": lambda self, streams, shape: streams.signed((1, 1, 1)).astype(np.float32)}


def noisy(self, images, draws):
    """One draw an image, in steps that a grey level shows."""
    return images / 2 + np.float32(self.gain) * (draws + 1) / 2


def changed(change):
    """A call whose result is changed: change(result, keywords)."""

    def call(self, images, **keywords):
        return change(Corruption.__call__(self, images, **keywords), keywords)

    return {"__call__": call}


def test_the_second_call_is_the_first(fault, verdict):
    calls = itertools.count()
    restless = fault(**changed(lambda result, _: result ^ (next(calls) % 2)))
    assert verdict("same_seed_same_bits", fault()) == ""
    assert verdict("same_seed_same_bits", restless) == "other bits at the second call"


def test_the_global_generator_is_left_alone(fault, verdict):
    def move(result, keywords):
        np.random.random()  # noqa: NPY002 - the fault
        return result

    said = verdict("same_seed_same_bits", fault(**changed(move)))
    assert said == "numpy's global generator moved"


@pytest.mark.parametrize("seed", [5, 2**64 - 1])
def test_seed_and_id_matter_to_chance(fault, verdict, seed):
    law = "seed_matters_iff_random"
    assert verdict(law, fault(), seed=seed) == ""
    assert verdict(law, fault(apply=noisy, **DRAWING), seed=seed) == ""
    assert verdict(law, fault(**DRAWING), seed=seed) == "another seed"  # draws, in vain

    def by(what):
        return fault(**changed(lambda result, keywords: result ^ (keywords.get(what) == 4)))

    assert verdict(law, by("ids"), seed=3) == "another id"
    assert verdict(law, by("seed"), seed=3) == "another seed"
    assert verdict(law, by("seed"), seed=4) == "another seed"


@pytest.mark.parametrize("cut", [0, 2, 3])
def test_batches(fault, verdict, cut):
    asked = {"first": 7, "cut": cut}
    assert verdict("batches_do_not_matter", fault(apply=noisy, **DRAWING), **asked) == ""
    counting = fault(apply=lambda self, images, draws: images * np.float32(len(images) == 3))
    said = verdict("batches_do_not_matter", counting, **asked)
    assert said == ("the batch matters" if cut == 2 else "")


def test_order(fault, verdict):
    asked = {"order": [2, 0, 1]}
    assert verdict("order_does_not_matter", fault(apply=noisy, **DRAWING), **asked) == ""

    def by_place(self, images, draws):
        return images * np.linspace(0, 1, len(images), dtype=np.float32)[:, None, None, None]

    cls = fault(apply=by_place)
    assert verdict("order_does_not_matter", cls, **asked) == "broken"


def test_neighbours(fault, verdict):
    assert verdict("neighbours_do_not_matter", fault()) == ""
    for count in (2, 3):
        images = pictures("noise", (count, 6, 5, 1), 1)
        mixing = fault(apply=lambda self, images, draws: images * 0 + images.mean())
        assert verdict("neighbours_do_not_matter", mixing, images=images) == "a neighbour matters"
        next_one = fault(apply=lambda self, images, draws: np.roll(images, -1, axis=0))
        assert verdict("neighbours_do_not_matter", next_one, images=images) == "a neighbour matters"


@pytest.mark.parametrize(("which", "t"), [(0, 0.25), (1, 1.0), (2, 0.5)])
def test_varied_strengths(fault, verdict, which, t):
    """Each image with its own t; the fault is in the batch form of one image."""

    def apply(self, images, draws):
        gain = np.array(self.gain, np.float32)
        if gain.size == 3:
            gain = gain.copy()
            gain[which] += 0.01
        return images + gain

    lawful = fault(apply=lambda self, images, draws: images + self.gain, traits=Trait.BROADCAST)
    law = "broadcast_matches_single_strengths"
    assert verdict(law, lawful, **{"t_*_32": iter([8, 32, 16])}) == ""
    said = verdict(law, fault(apply=apply, traits=Trait.BROADCAST), **{"t_*_32": iter([8, 32, 16])})
    assert said == f"image {which} at t = {t}"
