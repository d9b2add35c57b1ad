"""Classifiers whose true accuracy is known, on images that differ in difficulty.

Image i is classified correctly in draw s at strength t when

    a(t) + sqrt(between) u_i + sqrt(1 - between - own) e_is + sqrt(own) f_ist > 0

with independent standard normal u, e, f and ``a(t)`` the normal quantile of the true accuracy. So
``between`` is the tetrachoric correlation of the draws of one image, and ``own`` the variance that
is independent at each strength; with ``own = 0`` the draws are coupled, like those of noiselib, and
an image that is misclassified stays misclassified at greater strengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "BETWEEN_DRAWS",
    "CURVES",
    "STRENGTHS",
    "Draws",
    "correct_predictions",
    "paired_predictions",
]

STRENGTHS = np.linspace(0, 1, 11)


@dataclass(frozen=True)
class Draws:
    """How many draws each image has, and how they are correlated.

    Attributes
    ----------
    seeds : int
        Number of noise seeds.
    between : float
        Correlation of the draws of one image.
    own : float
        Variance that is independent at each strength.
    """

    seeds: int
    between: float
    own: float = 0.0


BETWEEN_DRAWS = (Draws(1, 0.5), Draws(3, 0.2, 0.1), Draws(3, 0.9), Draws(5, 0.5, 0.1))


def _fall(clean: float, last: float, middle: float, steepness: float) -> npt.NDArray[np.float64]:
    shape = 1 / (1 + np.exp(-(STRENGTHS - middle) * steepness))
    shape = (shape - shape[0]) / (shape[-1] - shape[0])
    return clean + (last - clean) * shape


CURVES = {
    "falls to chance": _fall(0.97, 0.1, 0.5, 8),
    "starts low": _fall(0.6, 0.1, 0.3, 8),
    "starts near chance": _fall(0.3, 0.1, 0.3, 8),
    "ends half-way": _fall(0.97, 0.52, 0.7, 5),
    "falls a little": _fall(0.99, 0.6, 0.6, 6),
    "hardly falls": _fall(0.99, 0.95, 0.6, 6),
    "falls twice": np.array([0.95, 0.9, 0.8, 0.6, 0.5, 0.56, 0.53, 0.4, 0.3, 0.2, 0.1]),
}
"""True accuracy at each of the strengths."""


def correct_predictions(
    random: np.random.Generator,
    accuracy: npt.NDArray[np.float64],
    images: int,
    draws: Draws,
    repeats: int,
) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield whether each prediction is correct, for one study after the other.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of randomness.
    accuracy : ndarray of float64, shape (points,)
        The true accuracies.
    images : int
        Number of images.
    draws : Draws
        Draws of each image.
    repeats : int
        Number of studies.

    Yields
    ------
    ndarray of bool, shape (seeds, points, images)
        One study.
    """
    shape = (draws.seeds, len(accuracy), images)
    edge = _quantile(accuracy)[:, np.newaxis]
    for _ in range(repeats):
        yield _disturbance(random, shape, draws) + edge > 0


def paired_predictions(
    random: np.random.Generator,
    accuracies: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    images: int,
    draws: Draws,
    repeats: int,
    *,
    correlation: float,
) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]]:
    """Yield whether the predictions of two models on the same images and draws are correct.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of randomness.
    accuracies : tuple of ndarray of float64, shape (points,)
        The true accuracies of the two models.
    images : int
        Number of images.
    draws : Draws
        Draws of each image.
    repeats : int
        Number of studies.
    correlation : float
        Correlation of the random terms of the two models.

    Yields
    ------
    tuple of ndarray of bool, shape (seeds, points, images)
        One study: the two models.
    """
    shape = (draws.seeds, len(accuracies[0]), images)
    first, second = (_quantile(accuracy)[:, np.newaxis] for accuracy in accuracies)
    for _ in range(repeats):
        common = np.sqrt(correlation) * _disturbance(random, shape, draws)
        own = [np.sqrt(1 - correlation) * _disturbance(random, shape, draws) for _ in range(2)]
        yield common + own[0] + first > 0, common + own[1] + second > 0


def _disturbance(
    random: np.random.Generator, shape: tuple[int, int, int], draws: Draws
) -> npt.NDArray[np.float32]:
    seeds, _, images = shape
    found = np.sqrt(draws.between) * random.standard_normal((1, 1, images), np.float32)
    by_draw = random.standard_normal((seeds, 1, images), np.float32)
    found = found + np.sqrt(1 - draws.between - draws.own) * by_draw
    if draws.own:
        found = found + np.sqrt(draws.own) * random.standard_normal(shape, np.float32)
    return np.broadcast_to(found.astype(np.float32), shape)


def _quantile(accuracy: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    from scipy.special import ndtri

    return ndtri(accuracy).astype(np.float32)
