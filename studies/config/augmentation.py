"""A spec of noiselib as the augmentation that training takes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.training.batches import Augment
    from noiselib.transform import Transform


@dataclass(frozen=True)
class SpecAugment:
    """Corrupt training images, drawn afresh for each epoch.

    What image i looks like in an epoch is ``transform(image, seed=seed + (epoch << 32), ids=i)``:
    it depends on the image's id, the epoch and the seed, and on nothing else, so that training may
    be stopped, shuffled or batched in any way.

    Parameters
    ----------
    transform
        A corruption or pipeline, `vary` and other choices included.
    seed
        0..2^32 - 1.
    """

    transform: "Transform"
    seed: int

    def __call__(
        self, images: NDArray[np.uint8], ids: NDArray[np.int64], epoch: int
    ) -> NDArray[np.uint8]:
        """Return uint8 images (n, h, w, c) as they look in an epoch, counted from 0."""
        corrupted: NDArray[np.uint8] = self.transform(
            images, seed=self.seed + (epoch << 32), ids=ids
        )
        return corrupted

    def __str__(self) -> str:
        revisions = ", ".join(f"{name} {revision}" for name, revision in self.transform.revisions)
        return f"{self.transform} with seed {self.seed}, revisions: {revisions or 'none'}"


def find_augment(text: str, seed: int) -> "Augment":
    """Return the augmentation of a spec, or of a function named as ``module:function``.

    Parameters
    ----------
    text
        Such as ``vary(gaussian_noise(sigma=0.5))``.
    seed
        Of the draws, 0..2^32 - 1; a function has its own ways.

    Raises
    ------
    models.training.batches.AugmentError
        When the text is neither, in one sentence.
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
