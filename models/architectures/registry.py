"""The table of architectures: what one is, and the decorator that enters it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import KerasTensor

BATCH_NORM_MOMENTUM = 0.9
"""Of the running statistics. Keras' 0.99 takes 500 steps to forget its start, more than a training
on a small data set has: on the embedded digits it cost the CNN 4 points of validation accuracy."""

Body = Callable[["KerasTensor", Iterator[int]], "KerasTensor"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an architecture is trained when nothing else is said.

    Parameters
    ----------
    images
        Training images to show in all. The number of epochs is this divided by the size of the
        training set, rounded up, and at most `most_epochs`.
    most_epochs
        The most epochs, which is what small data sets get.
    batch_size
        Images in a gradient step.
    learning_rate
        Of Adam at the start.
    """

    images: int
    most_epochs: int
    batch_size: int
    learning_rate: float

    def epochs(self, images: int) -> int:
        """Return the epochs for a training set of so many images, at least 1."""
        return min(self.most_epochs, -(-self.images // images))


@dataclass(frozen=True)
class Architecture:
    """A network by name: its body, one line about it, and how it is trained by default."""

    name: str
    summary: str
    body: Body
    recipe: Recipe


REGISTRY: dict[str, Architecture] = {}


def architecture(recipe: Recipe) -> Callable[[Body], Body]:
    """Enter the decorated function under its own name; its docstring's first line is the summary.

    The function takes pixels, a float tensor (n, h, w, c) in [0, 1], and an endless iterator of
    seeds, one for each layer that draws; it returns the features, (n, features), on which the
    classes are told apart. The first scaling and the softmax at the end are not its business.
    """

    def enter(body: Body) -> Body:
        name = body.__name__
        if name in REGISTRY:
            raise ValueError(f"there is an architecture called '{name}' already")
        summary = (body.__doc__ or "").strip().split("\n", 1)[0]
        REGISTRY[name] = Architecture(name, summary, body, recipe)
        return body

    return enter
