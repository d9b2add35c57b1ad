"""The data in numbers: how many of each class, how bright, how alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.run.diagnosis import Images, View

LEVELS = 32
"""Bars of the pixel histogram; each stands for 8 values."""

PROJECTED = 2000
"""Images in the PCA at most: more only hide one another."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Brightness:
    """Grey levels under one condition, as fractions of full scale.

    Attributes
    ----------
    title
        Of the condition.
    histogram
        ``(LEVELS,)`` share of the pixels in each range of grey levels.
    mean, deviation
        ``(classes,)`` mean and standard deviation over all pixels of a class; NaN where it has no
        image.
    mean_images
        ``(classes, h, w, c)`` uint8 mean image of each class; black where it has none.
    """

    title: str
    histogram: Values
    mean: Values
    deviation: Values
    mean_images: Images


@dataclass(frozen=True, slots=True)
class Projection:
    """Images on the two directions in which the clean ones differ most.

    Attributes
    ----------
    numbers
        ``(m,)`` which test images.
    points
        One ``(m, 2)`` array a condition, all on the directions of the clean images.
    explained
        Shares of the clean images' variance along the two, in [0, 1].
    """

    numbers: npt.NDArray[np.int64]
    points: Sequence[Values]
    explained: tuple[float, float]


def brightness(view: View, labels: npt.NDArray[np.int64], classes: int) -> Brightness:
    """Return what the grey levels of a view are like."""
    means, deviations = np.full(classes, np.nan), np.full(classes, np.nan)
    mean_images = np.zeros((classes, *view.images.shape[1:]), np.uint8)
    for number in range(classes):
        of_class = view.images[labels == number]
        if len(of_class):
            means[number] = of_class.mean() / 255
            deviations[number] = of_class.std() / 255
            mean_images[number] = np.rint(of_class.mean(axis=0))
    levels = np.bincount(view.images.ravel(), minlength=256)
    histogram = levels.reshape(LEVELS, -1).sum(axis=1) / view.images.size
    return Brightness(view.title, histogram, means, deviations, mean_images)


def projection(views: Sequence[View], seed: int) -> Projection | None:
    """Project a seeded choice of the images on the clean ones' first two principal components.

    Parameters
    ----------
    views
        The clean one first.
    seed
        Chooses the images where there are more than `PROJECTED`.

    Returns
    -------
    Projection or None
        None where the images do not differ in two directions.
    """
    from sklearn.decomposition import PCA

    count = len(views[0].images)
    numbers = np.arange(count)
    if count > PROJECTED:
        chosen = np.random.default_rng(seed).choice(count, PROJECTED, replace=False)
        numbers = np.sort(chosen)
    flat = [view.images[numbers].reshape(len(numbers), -1) / np.float32(255) for view in views]
    if min(flat[0].shape) < 3 or not np.ptp(flat[0], axis=0).any():
        return None
    components = PCA(n_components=2, random_state=0).fit(flat[0])
    first, second = components.explained_variance_ratio_
    return Projection(
        numbers,
        [np.asarray(components.transform(part), np.float64) for part in flat],
        (float(first), float(second)),
    )
