"""Architectures by name, one file for each family.

A new architecture is one function under `@architecture(...)` in a file of this folder, and is found
without being listed anywhere. See `mlp.py` for an example.
"""

import difflib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from models.architectures.registry import REGISTRY, Architecture
from models.discovery import import_modules
from models.errors import UserError

if TYPE_CHECKING:
    import keras


class ArchitectureError(UserError, ValueError):
    """An architecture that is unknown, or does not fit the images."""


def names() -> tuple[str, ...]:
    """Return the names of all architectures, sorted."""
    import_modules(__name__)
    return tuple(sorted(REGISTRY))


def get(name: str) -> Architecture:
    """Return the architecture of a name.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    Architecture
        What is registered under the name.

    Raises
    ------
    ArchitectureError
        When the name is unknown; the message suggests the nearest name.
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        raise ArchitectureError(
            f"no architecture is called '{name}'; {hint}`python -m models list` shows them all"
        )
    return REGISTRY[name]


def build(name: str, input_shape: tuple[int, int, int], classes: int, seed: int) -> "keras.Model":
    """Build a network with random initial weights.

    Parameters
    ----------
    name : str
        One of `names()`.
    input_shape : tuple of int
        Height, width and channels of each image.
    classes : int
        Number of classes, at least 2.
    seed : int
        Seed of all initial weights and dropout masks; 0 or more.

    Returns
    -------
    keras.Model
        From uint8 images (n, h, w, c), 0 to 255, to float32 probabilities (n, classes). Its first
        layer scales to [0, 1], its last layer is a softmax.

    Raises
    ------
    ArchitectureError
        When the name is unknown, or the images are too small for the network.
    """
    chosen = get(name)
    if classes < 2:
        raise ArchitectureError(f"{name}: needs at least 2 classes, got {classes}")

    import keras

    seeds = _layer_seeds(seed)
    images = keras.Input(input_shape, dtype="uint8", name="images")
    pixels = keras.layers.Rescaling(1 / 255, name="scale")(images)
    try:
        features = chosen.body(pixels, seeds)
    except ValueError as error:
        raise ArchitectureError(
            f"{name}: images of {input_shape} are too small for its layers"
        ) from error
    probabilities = keras.layers.Dense(
        classes,
        activation="softmax",
        kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
        dtype="float32",
        name="probabilities",
    )(features)
    return keras.Model(images, probabilities, name=name)


def _layer_seeds(seed: int) -> Iterator[int]:
    """Yield independent 31-bit seeds, so that nothing depends on a global random generator."""
    for layer in itertools.count():
        yield int(np.random.SeedSequence([seed, layer]).generate_state(1)[0] >> 1)
