"""Which test image to look at: of a class, by chance, the next one, or the hardest."""

from typing import Literal

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Way = Literal["random", "next", "previous"]


def pick(
    way: Way, current: int, of_class: int | None, labels: Numbers, generator: np.random.Generator
) -> int:
    """Return the number of a test image.

    Parameters
    ----------
    way
        ``"random"``: any but the current one; ``"next"`` and ``"previous"``: in the order of the
        test set, around its ends.
    current
        The image looked at.
    of_class
        Only images of this class, if there are any; None for all.
    labels
        The classes of the test images.
    generator
        For chance.
    """
    numbers = _of(of_class, labels)
    if way == "random":
        others = numbers[numbers != current]
        return int(generator.choice(others if len(others) else numbers))
    if way == "next":
        return int(numbers[np.searchsorted(numbers, current, side="right") % len(numbers)])
    return int(numbers[np.searchsorted(numbers, current) - 1])


def pick_hardest(rank: int, of_class: int | None, labels: Numbers, hardest: Numbers) -> int:
    """Return the test image of a rank, 0 being the hardest; after the last, the first again.

    Parameters
    ----------
    rank
        Which.
    of_class
        Only images of this class, if there are any; None for all.
    labels
        The classes of the test images.
    hardest
        Numbers of all test images, the hardest first.
    """
    order = hardest[np.isin(hardest, _of(of_class, labels))]
    return int(order[rank % len(order)])


def _of(of_class: int | None, labels: Numbers) -> Numbers:
    """Return the numbers of the images of a class; of all, if none is asked for or there."""
    numbers = np.flatnonzero(labels == of_class) if of_class is not None else np.arange(len(labels))
    return numbers if len(numbers) else np.arange(len(labels))
