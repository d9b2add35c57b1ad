"""All settings of a training, as one frozen object."""

import shlex
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from models import architectures
from models.dataset import Dataset
from models.errors import UserError
from models.training.patience import Monitor

Precision = Literal["auto", "float32", "mixed_float16", "mixed_bfloat16"]


class TrainingError(UserError, ValueError):
    """A training that cannot start, or that failed."""


class DivergenceError(TrainingError):
    """A training whose loss is no longer a finite number."""


class TrainConfig(BaseModel):
    """Everything that decides a training, apart from the data and the augmentation.

    For settings that are None, `resolved` takes the value of the architecture.

    Attributes
    ----------
    architecture : str
        One of `models.architectures.names()`.
    seed : int
        Seed of initial weights, dropout, validation split and order of the images; 0..2^32 - 1.
    epochs : int or None
        Number of passes over the training images, at least 1; with `patience`, the largest number.
        By default the architecture's number of images, divided by the size of the training set,
        with an upper limit.
    batch_size : int or None
        Number of images in a gradient step, at least 1.
    learning_rate : float or None
        Learning rate at the start, above 0.
    optimizer : str
        ``"adam"``, ``"rmsprop"``, or ``"sgd"`` with Nesterov momentum 0.9.
    label_smoothing : float
        Share of the target that is spread evenly over all classes, in [0, 1).
    precision : str
        ``"float32"``; ``"mixed_float16"`` (with dynamic loss scaling) or ``"mixed_bfloat16"``
        compute in half precision and keep float32 weights; ``"auto"`` is ``"mixed_float16"`` on a
        GPU and ``"float32"`` on a CPU, where half precision is slower. The trained model always
        computes in float32.
    validation_fraction : float
        Fraction of the training images that is used for validation, in [0, 0.5]: never trained on,
        scored after each epoch. 0 trains on all images.
    augment_validation : bool
        Whether the validation images are augmented as well, once, as in epoch 0.
    schedule : str
        Schedule of the learning rate. ``"cosine"`` falls to zero along half a cosine over all
        epochs; ``"constant"``; ``"plateau"`` multiplies it by `plateau_factor` after
        `plateau_patience` epochs in which `monitor` did not improve, never below `plateau_minimum`.
    plateau_factor : float
        In (0, 1).
    plateau_patience : int
        At least 1.
    plateau_minimum : float
        0 or more.
    patience : int or None
        Early stopping: the number of epochs without improvement of `monitor` after which training
        ends, at least 1; the weights of the best epoch are kept. None trains all epochs and keeps
        the last weights.
    monitor : str
        The validation metric for early stopping and the plateau schedule: ``"loss"`` or
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
    # The validators of these read the validation fraction, which must be declared before them.
    schedule: Literal["constant", "cosine", "plateau"] = "cosine"
    plateau_factor: float = Field(default=0.5, gt=0, lt=1)
    plateau_patience: int = Field(default=3, ge=1)
    plateau_minimum: float = Field(default=1e-6, ge=0, allow_inf_nan=False)
    patience: int | None = Field(default=None, ge=1)
    monitor: Monitor = "loss"

    @field_validator("architecture")
    @classmethod
    def _known_architecture(cls, value: str) -> str:
        return architectures.get(value).name

    @field_validator("schedule", "patience")
    @classmethod
    def _needs_validation_images(cls, value: Any, info: ValidationInfo) -> Any:
        """Raise an error for what monitors a validation metric without validation images."""
        monitors = isinstance(value, int) or value == "plateau"
        if monitors and info.data.get("validation_fraction") == 0:
            feature = "a plateau schedule" if value == "plateau" else "early stopping"
            raise ValueError(f"{feature} needs a validation_fraction above 0, got 0")
        return value

    def resolved(self, data: Dataset) -> "TrainConfig":
        """Return the configuration with the architecture's value in place of each None.

        Parameters
        ----------
        data : Dataset
            Its number of training images decides the number of epochs.

        Returns
        -------
        TrainConfig
            A configuration without None, except for `patience`.

        Raises
        ------
        TrainingError
            When no images are left to train on.
        """
        recipe = architectures.get(self.architecture).recipe
        training_images = len(data.train_images) - self._validation_count(data)
        chosen = {
            "epochs": recipe.epochs(training_images),
            "batch_size": recipe.batch_size,
            "learning_rate": recipe.learning_rate,
        }
        missing = {key: value for key, value in chosen.items() if getattr(self, key) is None}
        return self.model_copy(update=missing)

    def as_flags(self) -> str:
        """Return the command-line arguments for this configuration, without defaults."""
        words = [self.architecture]
        for name, value in self:
            if name == "architecture" or value == type(self).model_fields[name].default:
                continue
            flag = f"--{name.replace('_', '-')}"
            words += [flag] if value is True else [flag, str(value)]
        return shlex.join(words)

    def split(self, data: Dataset) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Split the training images into images to train on and images for validation.

        Parameters
        ----------
        data : Dataset
            Its training images are split.

        Returns
        -------
        tuple of ndarray of int64
            The positions of both, sorted.

        Raises
        ------
        TrainingError
            When no images are left to train on.
        """
        count = self._validation_count(data)
        # 2^32 keeps this draw apart from the orders, whose keys are the epochs.
        order = np.random.default_rng([self.seed, 2**32]).permutation(len(data.train_images))
        return np.sort(order[count:]), np.sort(order[:count])

    def _validation_count(self, data: Dataset) -> int:
        """Return the number of validation images: none, or at least one, but never all."""
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
    """Raise an error for data without training images.

    Parameters
    ----------
    data : Dataset
        The data.

    Raises
    ------
    TrainingError
        When there are no training images.
    """
    if not len(data.train_images):
        raise TrainingError(
            f"{data.name} has no training images, so nothing can be trained on it; name models "
            "that are trained already"
        )
