"""The laws of randomness accept a correct corruption, and name each fault."""

import itertools

import numpy as np
import pytest

from noiselib.corruption import Corruption
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

DRAWING = {"draw": lambda self, streams, shape: streams.signed((1, 1, 1)).astype(np.float32)}


def noisy(self, images, draws):
    """One draw for each image, whose effect exceeds a grey level."""
    return images / 2 + np.float32(self.gain) * (draws + 1) / 2


def changed(change):
    """A call whose result is changed: change(result, keywords)."""

    def call(self, images, **keywords):
        return change(Corruption.__call__(self, images, **keywords), keywords)

    return {"__call__": call}


def test_the_second_call_repeats_the_first(faulty_class, law_message):
    calls = itertools.count()
    alternating = faulty_class(**changed(lambda result, _: result ^ (next(calls) % 2)))
    assert law_message("same_seed_same_bits", faulty_class()) == ""
    assert law_message("same_seed_same_bits", alternating) == "the second call differs"


def test_the_global_generator_is_not_used(faulty_class, law_message):
    def move(result, keywords):
        np.random.random()  # noqa: NPY002 - the faulty_class
        return result

    message = law_message("same_seed_same_bits", faulty_class(**changed(move)))
    assert message == "the global generator of numpy was used"


@pytest.mark.parametrize("seed", [5, 2**64 - 1])
def test_seed_and_id_matter_to_random_corruptions(faulty_class, law_message, seed):
    law = "seed_matters_iff_random"
    assert law_message(law, faulty_class(), seed=seed) == ""
    assert law_message(law, faulty_class(apply=noisy, **DRAWING), seed=seed) == ""
    assert law_message(law, faulty_class(**DRAWING), seed=seed) == "another seed"  # unused

    def by(what):
        return faulty_class(**changed(lambda result, keywords: result ^ (keywords.get(what) == 4)))

    assert law_message(law, by("ids"), seed=3) == "another id"
    assert law_message(law, by("seed"), seed=3) == "another seed"
    assert law_message(law, by("seed"), seed=4) == "another seed"


@pytest.mark.parametrize("cut", [0, 2, 3])
def test_batches(faulty_class, law_message, cut):
    examples = {"first": 7, "cut": cut}
    assert (
        law_message("batches_do_not_matter", faulty_class(apply=noisy, **DRAWING), **examples) == ""
    )
    counting = faulty_class(apply=lambda self, images, draws: images * np.float32(len(images) == 3))
    message = law_message("batches_do_not_matter", counting, **examples)
    assert message == ("the batch matters" if cut == 2 else "")


def test_order(faulty_class, law_message):
    examples = {"order": [2, 0, 1]}
    assert (
        law_message("order_does_not_matter", faulty_class(apply=noisy, **DRAWING), **examples) == ""
    )

    def by_place(self, images, draws):
        return images * np.linspace(0, 1, len(images), dtype=np.float32)[:, None, None, None]

    cls = faulty_class(apply=by_place)
    assert law_message("order_does_not_matter", cls, **examples) == "broken"


def test_neighbours(faulty_class, law_message):
    assert law_message("neighbours_do_not_matter", faulty_class()) == ""
    for count in (2, 3):
        images = pictures("noise", (count, 6, 5, 1), 1)
        mixing = faulty_class(apply=lambda self, images, draws: images * 0 + images.mean())
        assert (
            law_message("neighbours_do_not_matter", mixing, images=images) == "a neighbour matters"
        )
        next_one = faulty_class(apply=lambda self, images, draws: np.roll(images, -1, axis=0))
        assert (
            law_message("neighbours_do_not_matter", next_one, images=images)
            == "a neighbour matters"
        )


@pytest.mark.parametrize(("which", "t"), [(0, 0.25), (1, 1.0), (2, 0.5)])
def test_varied_strengths(faulty_class, law_message, which, t):
    """Each image has its own t; the fault is in one image of the broadcast form."""

    def apply(self, images, draws):
        gain = np.array(self.gain, np.float32)
        if gain.size == 3:
            gain = gain.copy()
            gain[which] += 0.01
        return images + gain

    correct = faulty_class(
        apply=lambda self, images, draws: images + self.gain, traits=Trait.BROADCAST
    )
    law = "broadcast_matches_single_strengths"
    assert law_message(law, correct, **{"t_*_32": iter([8, 32, 16])}) == ""
    message = law_message(
        law, faulty_class(apply=apply, traits=Trait.BROADCAST), **{"t_*_32": iter([8, 32, 16])}
    )
    assert message == f"image {which} at t = {t}"
