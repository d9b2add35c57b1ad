"""How much accuracies of one architecture differ between trainings, apart from the test sample."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class TrainingSpread:
    """The accuracy of an architecture trained several times, and what makes it uncertain.

    Attributes
    ----------
    trainings, images
        How many trainings, tested on how many images.
    accuracy
        Mean over trainings and images.
    low, high
        Limits of the 95 % interval of the accuracy of a further training's mean, over trainings
        and images alike.
    training_deviation
        Standard deviation between trainings of the accuracy that each would have on endless test
        images.
    sampling_error
        Standard error of ``accuracy`` from the test images alone, were the trainings the only
        ones there are.
    """

    trainings: int
    images: int
    accuracy: float
    low: float
    high: float
    training_deviation: float
    sampling_error: float


def training_spread(
    correct: Sequence[npt.NDArray[np.bool_] | npt.NDArray[np.float64]], level: float = 0.95
) -> TrainingSpread:
    """Separate the spread between trainings from the error of the test sample.

    With ``y_ri`` the share of draws in which training r of R recognises image i of n, the model is
    ``y_ri = accuracy + a_r + b_i + c_ri``. Its mean squares ``M_a`` (between trainings), ``M_b``
    (between images) and ``M_c`` (the rest) give

    - the training deviation ``sqrt(max(0, (M_a - M_c) / n))``,
    - the sampling error ``sqrt(M_b / (R n))``,
    - an interval with the variance ``(M_a + M_b - M_c) / (R n)`` of the mean over both, and
      Satterthwaite's degrees of freedom.

    Parameters
    ----------
    correct
        One ``(draws, images)`` array a training, at least two; the same images in all of them.
        Right or wrong, or shares in [0, 1] that stand for several draws each.
    level
        Confidence level in (0, 1).

    Raises
    ------
    ValueError
        When there are fewer than two trainings or images, or the images differ in number.

    References
    ----------
    Searle, Casella and McCulloch (1992), "Variance components", chapter 4;
    Satterthwaite (1946).
    """
    from scipy.special import stdtrit

    counts = {item.shape[-1] for item in correct}
    if len(correct) < 2 or len(counts) != 1 or min(counts) < 2:
        raise ValueError(
            "the spread between trainings needs two or more trainings tested on the same two or "
            f"more images, got {len(correct)} on {sorted(counts)} images"
        )
    shares = np.stack([item.mean(axis=0, dtype=np.float64) for item in correct])
    trainings, images = shares.shape
    by_training, by_image = shares.mean(axis=1), shares.mean(axis=0)
    mean = float(shares.mean())
    between_trainings = images * float(by_training.var(ddof=1))
    between_images = trainings * float(by_image.var(ddof=1))
    rest = shares - by_training[:, np.newaxis] - by_image + mean
    remaining = float(np.square(rest).sum()) / ((trainings - 1) * (images - 1))
    size = trainings * images
    variance = max(between_trainings + between_images - remaining, between_images) / size
    freedom = _degrees_of_freedom(between_trainings, between_images, trainings, images)
    half = float(stdtrit(freedom, (1 + level) / 2)) * math.sqrt(variance)
    return TrainingSpread(
        trainings=trainings,
        images=images,
        accuracy=mean,
        low=max(mean - half, 0.0),
        high=min(mean + half, 1.0),
        training_deviation=math.sqrt(max(between_trainings - remaining, 0.0) / images),
        sampling_error=math.sqrt(between_images / size),
    )


def _degrees_of_freedom(
    between_trainings: float, between_images: float, trainings: int, images: int
) -> float:
    """Return Satterthwaite's degrees of freedom of a sum of two mean squares."""
    total = between_trainings + between_images
    if total == 0:
        return trainings - 1
    parts = between_trainings**2 / (trainings - 1) + between_images**2 / (images - 1)
    return max(total**2 / parts, trainings - 1)
