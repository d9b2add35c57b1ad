"""Laws of randomness: the random draws for an image depend on its id and the seed alone."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from noiselib.corruption import Corruption
from noiselib.testing.laws.law import Case, Laws
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

laws = Laws()


def is_random(cls: type[Corruption]) -> bool:
    """Whether the class is random at maximum severity."""
    return cls().is_random


@laws.register()
def same_seed_same_bits(case: Case) -> None:
    """The same images, seed and ids have the same result; no global generator is used."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    before = np.random.get_state()  # noqa: NPY002 - the global state is what must not change
    first = corruption(images, seed=seed)
    assert np.array_equal(corruption(images, seed=seed), first), "the second call differs"
    after = np.random.get_state()  # noqa: NPY002
    assert repr(before) == repr(after), "the global generator of numpy was used"


@laws.register()
def seed_matters_iff_random(case: Case) -> None:
    """Another seed or id changes the result if and only if the corruption is random."""
    images = pictures("smooth", (4, 32, 32, 1), 7)
    corruption, seed = case.cls(), case.seed()
    result = corruption(images, seed=seed)
    others = {
        "seed": corruption(images, seed=(seed + 1) % 2**64),
        "id": corruption(images, seed=seed, ids=4),
    }
    for what, other in others.items():
        assert np.array_equal(other, result) != is_random(case.cls), f"another {what}"


@laws.register()
def batches_do_not_matter(case: Case) -> None:
    """Images split over batches, with their ids, have the result of one batch."""
    images = case.images(count=st.integers(2, 6))
    corruption, seed, first = case.corruption(), case.seed(), case.draw(st.integers(0, 99), "first")
    cut = case.draw(st.integers(0, len(images)), "cut")
    whole = corruption(images, seed=seed, ids=first)
    head = corruption(images[:cut], seed=seed, ids=first)
    tail = corruption(images[cut:], seed=seed, ids=first + cut)
    assert np.array_equal(np.concatenate([head, tail]), whole), "the batch matters"


@laws.register()
def order_does_not_matter(case: Case) -> None:
    """Images in another order, with their ids, have the same results in that order."""
    images = case.images(count=st.integers(2, 6))
    corruption, seed = case.corruption(), case.seed()
    order = np.array(case.draw(st.permutations(range(len(images))), "order"))
    whole = corruption(images, seed=seed)
    assert np.array_equal(corruption(images[order], seed=seed, ids=order), whole[order])


@laws.register()
def neighbours_do_not_matter(case: Case) -> None:
    """The result for an image does not change when another image of the batch does."""
    images = case.images(count=st.integers(2, 4))
    corruption, seed = case.corruption(), case.seed()
    changed = images.copy()
    changed[1:] = 255 - changed[1:]
    first = corruption(images, seed=seed)[0]
    assert np.array_equal(corruption(changed, seed=seed)[0], first), "a neighbour matters"


@laws.register(Trait.BROADCAST)
def broadcast_matches_single_strengths(case: Case) -> None:
    """With fields (n, 1, 1, 1), `apply` returns the result of each image at its own strength."""
    from noiselib.execution import corrupt

    corruption, images, _ = case.apply_inputs()
    seed = case.seed()
    parts = np.array([case.draw(st.integers(1, 32), "t * 32") / 32 for _ in images])
    ids = np.arange(len(images), dtype=np.uint64)
    spread, unchanged = corruption.at_each(parts)
    together = corrupt(spread, images, seed, ids)
    together[unchanged] = images[unchanged]
    for i, t in enumerate(parts):
        alone = corruption.at(float(t))(images[i : i + 1], seed=seed, ids=i)
        assert np.array_equal(together[i : i + 1], alone), f"image {i} at t = {t}"
