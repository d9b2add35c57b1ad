"""What an architecture is, and the decorator that registers one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import KerasTensor

Body = Callable[["KerasTensor", Iterator[int]], "KerasTensor"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How an architecture is trained by default.

    Attributes
    ----------
    images : int
        Number of training images to show in total. The number of epochs is this number divided by
        the size of the training set, rounded up, and at most `max_epochs`.
    max_epochs : int
        Largest number of epochs, which limits the training on small data sets.
    batch_size : int
        Number of images in a gradient step.
    learning_rate : float
        Learning rate of Adam at the start.
    """

    images: int
    max_epochs: int
    batch_size: int
    learning_rate: float

    def epochs(self, images: int) -> int:
        """Return the number of epochs for a training set of `images` images, at least 1."""
        return min(self.max_epochs, -(-self.images // max(images, 1)))


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A registered architecture.

    Attributes
    ----------
    name : str
        What users type.
    family : str
        Name of the module that defines it.
    summary : str
        One line about its layers.
    body : callable
        From pixels and seeds to features, see `architecture`.
    recipe : Recipe
        How it is trained by default.
    parameters : int
        Number of parameters, including moving statistics, for images of 28x28x1 and 10 classes.
    """

    name: str
    family: str
    summary: str
    body: Body
    recipe: Recipe
    parameters: int


REGISTRY: dict[str, Architecture] = {}


def architecture(recipe: Recipe, *, parameters: int) -> Callable[[Body], Body]:
    """Register the decorated function under its name, with the first line of its docstring.

    The function takes pixels, a float tensor (n, h, w, c) in [0, 1], and an endless iterator of
    seeds, one for each layer with random numbers; it returns features (n, features), which a dense
    layer with a softmax classifies. It adds neither that layer nor the scaling to [0, 1].

    Parameters
    ----------
    recipe : Recipe
        How it is trained by default.
    parameters : int
        As in `Architecture`. The number is stated, so that a list of all architectures needs no
        Keras; a test counts the parameters and reports the right number.

    Returns
    -------
    callable
        The decorator.
    """

    def register(body: Body) -> Body:
        name = body.__name__
        if name in REGISTRY:
            raise ValueError(f"an architecture called '{name}' is registered already")
        REGISTRY[name] = Architecture(
            name=name,
            family=body.__module__.rpartition(".")[2],
            summary=(body.__doc__ or "").strip().split("\n", 1)[0],
            body=body,
            recipe=recipe,
            parameters=parameters,
        )
        return body

    return register
