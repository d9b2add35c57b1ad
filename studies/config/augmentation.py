"""Augmentations of training images that corrupt them with noiselib."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.training.batches import Augment
    from noiselib.transform import Transform


@dataclass(frozen=True)
class SpecAugment:
    """Corrupt training images, with new noise in each epoch.

    Image i in an epoch is ``transform(image, seed=seed + (epoch << 32), ids=i)``: it depends on
    the id of the image, the epoch and the seed alone, so that training may be interrupted,
    shuffled or batched in any way.

    Attributes
    ----------
    transform : Transform
        A corruption or pipeline, `vary` and other choices included.
    seed : int
        Noise seed, 0..2^32 - 1.
    """

    transform: "Transform"
    seed: int

    def __call__(
        self, images: "NDArray[np.uint8]", ids: "NDArray[np.int64]", epoch: int
    ) -> "NDArray[np.uint8]":
        """Return uint8 images ``(n, h, w, c)`` as they are in an epoch, counted from 0."""
        corrupted: NDArray[np.uint8] = self.transform(
            images, seed=self.seed + (epoch << 32), ids=ids
        )
        return corrupted

    def __str__(self) -> str:
        revisions = ", ".join(f"{name} {revision}" for name, revision in self.transform.revisions)
        return f"{self.transform} with seed {self.seed}, revisions: {revisions or 'none'}"


@dataclass(frozen=True, eq=False)
class CleanImageAugment:
    """An augmentation that corrupts the clean images of the given ids, and ignores its input.

    The images of noisy data have noise already: validation images keep it, training images get new
    noise in each epoch.

    Attributes
    ----------
    clean : ndarray of uint8
        ``(n, h, w, c)``, all clean training images.
    noise : Augment
        Called as ``noise(images, ids, epoch)``.
    """

    clean: "NDArray[np.uint8]"
    noise: "Augment"

    def __call__(
        self, images: "NDArray[np.uint8]", ids: "NDArray[np.int64]", epoch: int
    ) -> "NDArray[np.uint8]":
        """Return the clean images of `ids` under the noise of this epoch, counted from 0."""
        del images
        return self.noise(self.clean[ids], ids, epoch)

    def __str__(self) -> str:  # part of the key of each stored trial
        return f"{self.noise}, of clean images"


def find_augment(text: str, seed: int) -> "Augment":
    """Return the augmentation of a spec, or of a function named as ``module:function``.

    Parameters
    ----------
    text : str
        Such as ``vary(gaussian_noise(sigma=0.5))``.
    seed : int
        Noise seed of a spec, 0..2^32 - 1; a function does not receive it.

    Raises
    ------
    models.training.batches.AugmentError
        When the text is neither.
    """
    import noiselib
    from models.training.augmentation import is_function_name, load_augment
    from models.training.batches import AugmentError

    if is_function_name(text):
        return load_augment(text)
    try:
        return SpecAugment(noiselib.parse(text), seed)
    except ValueError as error:
        raise AugmentError(f"augment: {error}") from error
