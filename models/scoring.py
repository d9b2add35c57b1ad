"""How good a model is on images with known labels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.predictors import KerasPredictor
from models.stored_images import Images

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Score:
    """Right answers among so many images, and the mean cross-entropy.

    Parameters
    ----------
    right, images
        Counts.
    loss
        Mean of ``-log p(true class)`` in nats, a probability below 1e-7 taken as that.
    """

    right: int
    images: int
    loss: float

    @property
    def accuracy(self) -> float:
        """Share of right answers, 0 to 1."""
        return self.right / self.images

    def interval(self) -> tuple[float, float]:
        """Return the 95 % Wilson interval of the accuracy."""
        from scipy.stats import binomtest

        found = binomtest(self.right, self.images).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


def score(model: "keras.Model", images: Images, labels: NDArray[np.int64]) -> Score:
    """Let a model classify images.

    Parameters
    ----------
    model
        As `models.training.train` makes them.
    images, labels
        uint8 (n, h, w, c), in memory or in files, and integers (n,), at least one.
    """
    probabilities = KerasPredictor(model, model.name).predict(images)
    chances = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return Score(
        right=int((probabilities.argmax(axis=1) == labels).sum()),
        images=len(labels),
        loss=float(-np.log(np.maximum(chances, 1e-7)).mean()),
    )
