"""What decides a training, as one frozen object."""

import shlex
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from models import architectures
from models.dataset import Dataset
from models.training.patience import Monitor

Precision = Literal["auto", "float32", "mixed_float16", "mixed_bfloat16"]


class TrainingError(ValueError):
    """A training that cannot start, or went astray."""


class DivergenceError(TrainingError):
    """A training whose loss is no longer a finite number."""


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
        Passes over the training images, at least 1; with `patience`, the most there may be. By
        default the architecture's number of images to show, divided by the size of the training
        set, with an upper bound.
    batch_size
        Images in a gradient step, at least 1.
    learning_rate
        At the start, above 0.
    optimizer
        ``"adam"``, ``"rmsprop"``, or ``"sgd"`` with Nesterov momentum 0.9.
    label_smoothing
        Share of the target spread evenly over all classes, in [0, 1).
    precision
        ``"float32"``; ``"mixed_float16"`` (with dynamic loss scaling) or ``"mixed_bfloat16"``
        compute in half precision and keep float32 weights; ``"auto"`` is ``"mixed_float16"`` on a
        GPU and ``"float32"`` on a CPU, where half precision is slower. The trained model computes
        in float32 in any case.
    validation_fraction
        Share of the training images set aside, in [0, 0.5]: never trained on, scored after each
        epoch. 0 trains on all and scores none.
    augment_validation
        Whether the images set aside go through the augmentation as well, once, as in epoch 0;
        else they stay as they are.
    schedule
        Of the learning rate. ``"cosine"`` falls to zero along half a cosine over all epochs;
        ``"constant"``; ``"plateau"`` multiplies it by `plateau_factor` after `plateau_patience`
        epochs in which `monitor` did not improve, never below `plateau_minimum`.
    plateau_factor, plateau_patience, plateau_minimum
        In (0, 1), at least 1 epoch, 0 or more.
    patience
        Early stopping: the epochs without improvement of `monitor` after which training ends, at
        least 1. The weights kept are those of the best epoch. None trains all epochs and keeps the
        last weights.
    monitor
        The validation figure that early stopping and the plateau schedule watch: ``"loss"`` or
        ``"accuracy"``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: str
    seed: int = Field(default=0, ge=0, lt=2**32)
    epochs: int | None = Field(default=None, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    learning_rate: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    optimizer: Literal["adam", "rmsprop", "sgd"] = "adam"
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    precision: Precision = "auto"
    validation_fraction: float = Field(default=0.1, ge=0, le=0.5)
    augment_validation: bool = False
    # These look at the validation fraction, which must stand above them.
    schedule: Literal["constant", "cosine", "plateau"] = "cosine"
    plateau_factor: float = Field(default=0.5, gt=0, lt=1)
    plateau_patience: int = Field(default=3, ge=1)
    plateau_minimum: float = Field(default=1e-6, ge=0, allow_inf_nan=False)
    patience: int | None = Field(default=None, ge=1)
    monitor: Monitor = "loss"

    @field_validator("architecture")
    @classmethod
    def _is_known(cls, value: str) -> str:
        return architectures.get(value).name

    @field_validator("schedule", "patience")
    @classmethod
    def _has_something_to_watch(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what watches a validation figure where no images are set aside."""
        watches = isinstance(value, int) or value == "plateau"
        if watches and info.data.get("validation_fraction") == 0:
            observer = "a plateau schedule" if value == "plateau" else "early stopping"
            raise ValueError(f"{observer} needs a validation_fraction above 0, got 0")
        return value

    def resolved(self, data: Dataset) -> "TrainConfig":
        """Return the configuration with the architecture's choice for `data` in place of each None.

        Raises
        ------
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

    def as_flags(self) -> str:
        """Return what to type after ``train`` for this configuration; defaults are left out."""
        words = [self.architecture]
        for name, value in self:
            if name == "architecture" or value == type(self).model_fields[name].default:
                continue
            flag = f"--{name.replace('_', '-')}"
            words += [flag] if value is True else [flag, str(value)]
        return shlex.join(words)

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
        check_trainable(data)
        if self.validation_fraction == 0:
            return 0
        count = max(1, round(self.validation_fraction * total))
        if count == total:
            raise TrainingError(
                f"a validation fraction of {self.validation_fraction} leaves none of the {total} "
                "images to train on"
            )
        return count


def check_trainable(data: Dataset) -> None:
    """Refuse data that is for testing alone.

    Raises
    ------
    TrainingError
        When there are no training images.
    """
    if not len(data.train_images):
        raise TrainingError(
            f"{data.name} has no training images, so nothing can be trained on it; name models "
            "that are trained"
        )
