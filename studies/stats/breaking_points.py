"""Breaking points: the severity at which each image is first misclassified."""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def breaking_points(correct: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the first point at which each image is misclassified.

    The random draws of a corruption do not depend on its strength: the corruption of an image is
    the same at every point and only grows. So this point is a property of the image and the noise
    seed.

    Parameters
    ----------
    correct : ndarray of bool
        ``(seeds, points, images)``.

    Returns
    -------
    ndarray of int
        ``(seeds, images)``: 0 where the clean image is misclassified, the number of points where
        no prediction is wrong.
    """
    wrong = ~correct
    first = wrong.argmax(axis=1)
    breaking: npt.NDArray[np.int64] = np.where(wrong.any(axis=1), first, correct.shape[1])
    return breaking


def surviving(breaking: npt.NDArray[np.int64], point: int) -> Values:
    """Return ``(images,)``: the share of seeds with no misclassification up to a point."""
    share: Values = np.mean(breaking > point, axis=0, dtype=np.float64)
    return share


def prediction_changes(predicted: npt.NDArray[np.integer], point: int) -> Values:
    """Return the share of seeds in which the prediction differs from that at the previous point.

    Parameters
    ----------
    predicted : ndarray of int
        ``(seeds, points, images)``, predicted classes with the same noise seeds at every point.
    point : int
        Index of the point; at the first one the share is 0.

    Returns
    -------
    ndarray of float
        ``(images,)``.
    """
    if point == 0:
        return np.zeros(predicted.shape[2])
    differs = predicted[:, point] != predicted[:, point - 1]
    share: Values = np.mean(differs, axis=0, dtype=np.float64)
    return share
