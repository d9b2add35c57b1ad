"""Accuracy and loss of a model on images with known labels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.predictors.keras_predictor import KerasPredictor
from models.stored_images import Images

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Score:
    """The number of correct predictions and the mean cross-entropy.

    Attributes
    ----------
    correct : int
        Number of correctly classified images.
    images : int
        Number of images.
    loss : float
        Mean of ``-log p(true class)`` in nats, where probabilities below 1e-7 count as 1e-7.
    """

    correct: int
    images: int
    loss: float

    @property
    def accuracy(self) -> float:
        """Fraction of correctly classified images, 0 to 1."""
        return self.correct / self.images

    def interval(self) -> tuple[float, float]:
        """Return the 95 % Wilson interval of the accuracy."""
        from scipy.stats import binomtest

        interval = binomtest(self.correct, self.images).proportion_ci(method="wilson")
        return float(interval.low), float(interval.high)


def score(model: "keras.Model", images: Images, labels: NDArray[np.int64]) -> Score:
    """Classify images with a model and compare the predictions with the labels.

    Parameters
    ----------
    model : keras.Model
        As `models.training.train` returns it.
    images : ndarray of uint8 or StoredImages, shape (n, h, w, c)
        At least one image.
    labels : ndarray of int64, shape (n,)
        The true class of each image.

    Returns
    -------
    Score
        Accuracy and loss.
    """
    probabilities = KerasPredictor(model, model.name).predict(images)
    true_class = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return Score(
        correct=int((probabilities.argmax(axis=1) == labels).sum()),
        images=len(labels),
        loss=float(-np.log(np.maximum(true_class, 1e-7)).mean()),
    )
