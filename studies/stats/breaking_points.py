"""What happens to single images along a path whose draws do not change: lost, regained, flipped."""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def breaking_points(correct: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the first point at which each image is not recognised.

    The draws of a corruption do not depend on its strength, so an image meets one and the same
    disturbance that grows, and the point at which it is lost is a property of image and draw.

    Parameters
    ----------
    correct
        ``(draws, points, images)``.

    Returns
    -------
    ndarray
        ``(draws, images)``: 0 where it is not even recognised clean; the number of points where
        it is never lost.
    """
    lost = ~correct
    first = lost.argmax(axis=1)
    breaking: npt.NDArray[np.int64] = np.where(lost.any(axis=1), first, correct.shape[1])
    return breaking


def standing(breaking: npt.NDArray[np.int64], point: int) -> Values:
    """Return ``(images,)``: the share of draws in which an image was never lost up to a point."""
    share: Values = np.mean(breaking > point, axis=0, dtype=np.float64)
    return share


def flips(predicted: npt.NDArray[np.integer], point: int) -> Values:
    """Return ``(images,)``: the share of draws in which the answer differs from that before.

    Parameters
    ----------
    predicted
        ``(draws, points, images)`` predicted classes, the same draws at every point.
    point
        Which point; at the first nothing can differ.
    """
    if point == 0:
        return np.zeros(predicted.shape[2])
    differs = predicted[:, point] != predicted[:, point - 1]
    share: Values = np.mean(differs, axis=0, dtype=np.float64)
    return share
