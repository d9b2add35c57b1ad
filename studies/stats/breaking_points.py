"""What happens to single images as a corruption grows: when each is first misclassified."""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def breaking_points(correct: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the first point at which each image is misclassified.

    The random draws of a corruption do not depend on its strength, so an image meets one and the
    same disturbance that grows, and this point is a property of the image and the noise seed.

    Parameters
    ----------
    correct : ndarray of bool
        ``(seeds, points, images)``.

    Returns
    -------
    ndarray of int
        ``(seeds, images)``: 0 where even the clean image is misclassified; the number of points
        where none is.
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
    """Return ``(images,)``: the share of seeds in which the prediction differs from that before.

    Parameters
    ----------
    predicted : ndarray of int
        ``(seeds, points, images)``: predicted classes, the same noise seeds at every point.
    point : int
        Which point; at the first, nothing can differ.
    """
    if point == 0:
        return np.zeros(predicted.shape[2])
    differs = predicted[:, point] != predicted[:, point - 1]
    share: Values = np.mean(differs, axis=0, dtype=np.float64)
    return share
