"""The data of the seed systems: noise put once on training and test images."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import noiselib

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training.batches import Augment

TRAIN_SEED, TEST_SEED = 1, 2
"""Of the noise on the two sets: image 5 of one must not get the noise of image 5 of the other."""


def with_noise(data: "Dataset", name: str, spec: str) -> "Dataset":
    """Return the data with noise drawn once for every training and test image.

    Parameters
    ----------
    data
        The clean data.
    name
        What the noise is called.
    spec
        The noise, as noiselib writes it.
    """
    from models.data import Dataset

    noise = noiselib.parse(spec)
    if noise.is_identity:
        return data
    return Dataset(
        f"{data.name} with {name} noise",
        noise(np.asarray(data.train_images), seed=TRAIN_SEED),
        data.train_labels,
        noise(np.asarray(data.test_images), seed=TEST_SEED),
        data.test_labels,
        data.class_names,
    )


@dataclass(frozen=True, eq=False)
class FreshNoise:
    """An augmentation that puts noise on the clean images of the ids, whatever images it is given.

    The noisy data has its noise in it already: validation images keep that, training images get
    another in each epoch.

    Parameters
    ----------
    clean
        uint8 (n, h, w, c), all clean training images.
    noise
        Called as ``noise(images, ids, epoch)``.
    """

    clean: NDArray[np.uint8]
    noise: "Augment"

    def __call__(
        self, images: NDArray[np.uint8], ids: NDArray[np.int64], epoch: int
    ) -> NDArray[np.uint8]:
        """Return the clean images of `ids` under the noise of this epoch, counted from 0."""
        del images
        return self.noise(self.clean[ids], ids, epoch)

    def __str__(self) -> str:
        return f"{self.noise}, of clean images"
