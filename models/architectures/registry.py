"""The table of architectures: what one is, and the decorator that enters it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import KerasTensor

Body = Callable[["KerasTensor", Iterator[int]], "KerasTensor"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an architecture is trained when nothing else is said.

    Parameters
    ----------
    images
        Training images to show in all. The number of epochs is this divided by the size of the
        training set, rounded up, and at most `max_epochs`.
    max_epochs
        The most epochs, which is what small data sets get.
    batch_size
        Images in a gradient step.
    learning_rate
        Of Adam at the start.
    """

    images: int
    max_epochs: int
    batch_size: int
    learning_rate: float

    def epochs(self, images: int) -> int:
        """Return the epochs for a training set of so many images, at least 1."""
        return min(self.max_epochs, -(-self.images // max(images, 1)))


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A network by name.

    Parameters
    ----------
    name
        What it is called.
    family
        The name of the file it stands in.
    summary
        One line about it.
    body
        From pixels and seeds to features.
    recipe
        How it is trained by default.
    parameters
        How many numbers it holds, moving statistics included, for images of 28x28x1 and 10 classes.
    """

    name: str
    family: str
    summary: str
    body: Body
    recipe: Recipe
    parameters: int


REGISTRY: dict[str, Architecture] = {}


def architecture(recipe: Recipe, *, parameters: int) -> Callable[[Body], Body]:
    """Enter the decorated function under its own name; its docstring's first line is the summary.

    The function takes pixels, a float tensor (n, h, w, c) in [0, 1], and an endless iterator of
    seeds, one for each layer that draws; it returns the features, (n, features), on which the
    classes are told apart. The first scaling and the softmax at the end are not its business.

    Parameters
    ----------
    recipe
        How it is trained by default.
    parameters
        As in `Architecture`. Stated, not counted, so that a list of all networks needs no Keras; a
        test counts them, and says which number is right.
    """

    def enter(body: Body) -> Body:
        name = body.__name__
        if name in REGISTRY:
            raise ValueError(f"there is an architecture called '{name}' already")
        REGISTRY[name] = Architecture(
            name=name,
            family=body.__module__.rpartition(".")[2],
            summary=(body.__doc__ or "").strip().split("\n", 1)[0],
            body=body,
            recipe=recipe,
            parameters=parameters,
        )
        return body

    return enter
