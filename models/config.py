"""What decides a training, as one frozen object."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from models import architectures
from models.dataset import Dataset


class TrainingError(ValueError):
    """A training that cannot start, or went astray."""


class TrainConfig(BaseModel):
    """Everything that decides a training, besides the data and the augmentation.

    What is None is the architecture's own choice, filled in by `resolved`.

    Parameters
    ----------
    architecture
        One of `models.architectures.names()`.
    seed
        Of initial weights, dropout, validation split and order of the images; 0..2^32 - 1.
    epochs
        Passes over the training images, at least 1. By default the architecture's number of
        images to show, divided by the size of the training set, with an upper bound.
    batch_size
        Images in a gradient step, at least 1.
    learning_rate
        At the start, above 0.
    schedule
        ``"cosine"`` falls to zero along half a cosine over the whole training; ``"constant"``.
    optimizer
        ``"adam"``, ``"rmsprop"``, or ``"sgd"`` with Nesterov momentum 0.9.
    label_smoothing
        Share of the target spread evenly over all classes, in [0, 1).
    validation_fraction
        Share of the training images set aside, in [0, 0.5]: never trained on, scored after each
        epoch. 0 trains on all and scores none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: str
    seed: int = Field(default=0, ge=0, lt=2**32)
    epochs: int | None = Field(default=None, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    learning_rate: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    schedule: Literal["constant", "cosine"] = "cosine"
    optimizer: Literal["adam", "rmsprop", "sgd"] = "adam"
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    validation_fraction: float = Field(default=0.1, ge=0, le=0.5)

    def resolved(self, data: Dataset) -> "TrainConfig":
        """Return the configuration with the architecture's choice for `data` in place of each None.

        Raises
        ------
        models.architectures.ArchitectureError
            When the architecture is not known.
        TrainingError
            When nothing would be left to train on.
        """
        recipe = architectures.get(self.architecture).recipe
        training_images = len(data.train_images) - self._held_out(data)
        chosen = {
            "epochs": recipe.epochs(training_images),
            "batch_size": recipe.batch_size,
            "learning_rate": recipe.learning_rate,
        }
        missing = {key: value for key, value in chosen.items() if getattr(self, key) is None}
        return self.model_copy(update=missing)

    def split(self, data: Dataset) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the positions of the images to train on and of those to validate on, both sorted.

        Raises
        ------
        TrainingError
            When nothing would be left to train on.
        """
        count = self._held_out(data)
        # A key of its own, so that this draw is not the order of some epoch.
        order = np.random.default_rng([self.seed, 2**32]).permutation(len(data.train_images))
        return np.sort(order[count:]), np.sort(order[:count])

    def _held_out(self, data: Dataset) -> int:
        """Return how many images are set aside: none, or at least one, but never all."""
        total = len(data.train_images)
        if self.validation_fraction == 0:
            return 0
        count = max(1, round(self.validation_fraction * total))
        if count == total:
            raise TrainingError(
                f"a validation fraction of {self.validation_fraction} leaves none of the {total} "
                "images to train on"
            )
        return count
