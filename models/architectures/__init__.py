"""Networks by name, one file a family.

A new network is one function under `@architecture(...)` in a file of this folder; it is found by
itself. See `mlp.py` for the pattern.
"""

import difflib
import importlib
import itertools
import pkgutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from models.architectures.registry import REGISTRY, Architecture

if TYPE_CHECKING:
    import keras


class ArchitectureError(ValueError):
    """An architecture that is not known, or does not fit the images."""


def names() -> tuple[str, ...]:
    """Return the names of all architectures, sorted."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(REGISTRY))


def get(name: str) -> Architecture:
    """Return the architecture of that name.

    Raises
    ------
    ArchitectureError
        When there is none, with the nearest name.
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
    """Build a network with freshly drawn weights.

    Parameters
    ----------
    name
        One of `names()`.
    input_shape
        Height, width and channels of an image.
    classes
        How many probabilities come out, at least 2.
    seed
        Decides every initial weight and every dropout mask; 0 or more.

    Returns
    -------
    keras.Model
        From uint8 images (n, h, w, c), 0 to 255, to float32 probabilities (n, classes). The
        scaling to [0, 1] is its first layer, a softmax its last.

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
    """Yield independent 31-bit seeds without end, so that nothing depends on a global generator."""
    for layer in itertools.count():
        yield int(np.random.SeedSequence([seed, layer]).generate_state(1)[0] >> 1)
