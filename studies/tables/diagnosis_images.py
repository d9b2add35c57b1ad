"""The images of a diagnosis: seeded choices of them, pixel statistics and a projection."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.run.diagnosis import EvaluatedImages, Images
from studies.stats.classification import ConfusedPair
from studies.stats.metrics import correct
from studies.stats.predictions import Outcomes

MAX_MISCLASSIFIED = 30  # images in a gallery
SAMPLES = 20  # sample predictions
MAX_COMPARED = 10  # images in each part of the comparison of two models
MAX_PAIRS, MAX_PAIR_IMAGES = 4, 5  # confused pairs with images, and images for each of them
MAX_PROJECTED = 2000  # images; more would only overlap
HISTOGRAM_BINS = 32  # of pixel values, with 8 values each

Numbers = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GalleryImage:
    """One image of a gallery.

    Attributes
    ----------
    number, true : int
        Its number among the test images, and its class.
    predictions : tuple of (int, float)
        Predicted class and confidence of each model that is shown.
    """

    number: int
    true: int
    predictions: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class GalleryPart:
    """One part of a gallery.

    Attributes
    ----------
    heading : str
        May be empty.
    images : sequence of GalleryImage
        The images that are shown.
    total : int
        How many there are to choose from.
    """

    heading: str
    images: Sequence[GalleryImage]
    total: int


def misclassified(
    image_set: EvaluatedImages, model: str, labels: Numbers, seed: int
) -> GalleryPart:
    """Choose images that a model misclassifies, the most confident predictions first."""
    outcomes = image_set.outcomes[model]
    wrong = np.flatnonzero(~correct(outcomes))
    chosen = _choose(wrong, MAX_MISCLASSIFIED, seed)
    ordered = chosen[np.argsort(-outcomes.confidence[chosen], kind="stable")]
    return GalleryPart("", _gallery(ordered, labels, [outcomes]), len(wrong))


def sample_predictions(
    image_set: EvaluatedImages, model: str, labels: Numbers, seed: int
) -> GalleryPart:
    """Choose among all images, the same ones for every model and condition."""
    chosen = _choose(np.arange(len(labels)), SAMPLES, seed)
    return GalleryPart("", _gallery(chosen, labels, [image_set.outcomes[model]]), len(labels))


def compare_mistakes(
    image_set: EvaluatedImages, first: str, second: str, labels: Numbers, seed: int
) -> list[GalleryPart]:
    """Choose images that only the first model misclassifies, only the second, and both."""
    outcomes = [image_set.outcomes[first], image_set.outcomes[second]]
    wrong = [~correct(item) for item in outcomes]
    parts = [
        (f"only {first} is wrong", wrong[0] & ~wrong[1]),
        (f"only {second} is wrong", wrong[1] & ~wrong[0]),
        ("both are wrong", wrong[0] & wrong[1]),
    ]
    found = []
    for heading, mask in parts:
        chosen = _choose(np.flatnonzero(mask), MAX_COMPARED, seed)
        total, images = int(mask.sum()), _gallery(chosen, labels, outcomes)
        found.append(GalleryPart(f"{heading}: {total:,}", images, total))
    return found


def confused_images(
    image_set: EvaluatedImages,
    model: str,
    labels: Numbers,
    pairs: Sequence[ConfusedPair],
    class_names: Sequence[str],
    seed: int,
) -> list[GalleryPart]:
    """Choose images of the most confused pairs."""
    outcomes = image_set.outcomes[model]
    parts = []
    for pair in pairs[:MAX_PAIRS]:
        low_as_high = (labels == pair.low) & (outcomes.predicted == pair.high)
        high_as_low = (labels == pair.high) & (outcomes.predicted == pair.low)
        chosen = _choose(np.flatnonzero(low_as_high | high_as_low), MAX_PAIR_IMAGES, seed)
        ordered = chosen[np.argsort(labels[chosen], kind="stable")]
        heading = f"{class_names[pair.low]} and {class_names[pair.high]}: {pair.count:,}"
        parts.append(GalleryPart(heading, _gallery(ordered, labels, [outcomes]), pair.count))
    return parts


def class_samples(labels: Numbers, classes: int, limit: int, seed: int) -> list[Numbers]:
    """Choose the numbers of at most so many images of every class."""
    return [_choose(np.flatnonzero(labels == number), limit, seed) for number in range(classes)]


def _choose(numbers: Numbers, limit: int, seed: int) -> Numbers:
    """Return at most so many of the numbers, in their order."""
    if len(numbers) <= limit:
        return numbers
    return np.sort(np.random.default_rng(seed).choice(numbers, limit, replace=False))


def _gallery(numbers: Numbers, labels: Numbers, outcomes: Sequence[Outcomes]) -> list[GalleryImage]:
    return [
        GalleryImage(number, int(labels[number]), tuple(item.at(number) for item in outcomes))
        for number in numbers.tolist()
    ]


@dataclass(frozen=True, slots=True)
class Brightness:
    """Pixel values under one condition, as fractions of full scale.

    Attributes
    ----------
    title : str
        Of the condition.
    histogram : ndarray of float
        ``(HISTOGRAM_BINS,)``, share of the pixels in each bin of pixel values.
    mean, deviation : ndarray of float
        ``(classes,)``, mean and standard deviation over all pixels of a class; NaN without an
        image.
    mean_images : ndarray of uint8
        ``(classes, h, w, c)``, mean image of each class; black without an image.
    """

    title: str
    histogram: Values
    mean: Values
    deviation: Values
    mean_images: Images


def brightness(image_set: EvaluatedImages, labels: Numbers, classes: int) -> Brightness:
    """Return the statistics of the pixel values of an image set."""
    means, deviations = np.full(classes, np.nan), np.full(classes, np.nan)
    mean_images = np.zeros((classes, *image_set.images.shape[1:]), np.uint8)
    for number in range(classes):
        of_class = image_set.images[labels == number]
        if len(of_class):
            means[number] = of_class.mean() / 255
            deviations[number] = of_class.std() / 255
            mean_images[number] = np.rint(of_class.mean(axis=0))
    counts = np.bincount(image_set.images.ravel(), minlength=256)
    histogram = counts.reshape(HISTOGRAM_BINS, -1).sum(axis=1) / image_set.images.size
    return Brightness(image_set.title, histogram, means, deviations, mean_images)


@dataclass(frozen=True, slots=True)
class Projection:
    """Images projected on the first two principal components of the clean images.

    Attributes
    ----------
    numbers : ndarray of int
        ``(m,)``, numbers of the test images.
    points : sequence of ndarray of float
        ``(m, 2)`` for each condition, all on the components of the clean images.
    explained : tuple of float
        Shares of the variance of the clean images along the two, in [0, 1].
    """

    numbers: Numbers
    points: Sequence[Values]
    explained: tuple[float, float]


def projection(image_sets: Sequence[EvaluatedImages], seed: int) -> Projection | None:
    """Project images, or None where the clean ones do not vary in two directions.

    Parameters
    ----------
    image_sets : sequence of EvaluatedImages
        The clean one first.
    seed : int
        Chooses the images where there are more than `MAX_PROJECTED`.
    """
    from sklearn.decomposition import PCA

    numbers = _choose(np.arange(len(image_sets[0].images)), MAX_PROJECTED, seed)
    flat = [
        image_set.images[numbers].reshape(len(numbers), -1) / np.float32(255)
        for image_set in image_sets
    ]
    if min(flat[0].shape) < 3 or not np.ptp(flat[0], axis=0).any():
        return None
    components = PCA(n_components=2, random_state=0).fit(flat[0])
    first, second = components.explained_variance_ratio_
    points = [np.asarray(components.transform(part), np.float64) for part in flat]
    return Projection(numbers, points, (float(first), float(second)))
