"""What studies expect of a classifier. Nothing heavy is imported here."""

import math
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.stored_images import Images

SLICE = 500
"""Images that are predicted together, always: see `models.predictors.sliced.SlicedPredictor`."""

MAX_SLICE_VALUES = 2**23
"""Pixel values in a slice; fewer images larger than 64 x 64 x 4 are predicted together."""

ImageShape = tuple[int, int, int]
"""Height, width and channels."""


class Predictor(Protocol):
    """A classifier as studies use it.

    Attributes
    ----------
    name : str
        Name in tables.
    digest : str
        Identity of what decides the predictions, hexadecimal.
    classes : int
        Number of probabilities for each image.
    input_shape : tuple of int
        Height, width and channels of each image.
    """

    name: str
    digest: str
    classes: int
    input_shape: ImageShape

    def predict(self, images: "Images") -> "NDArray[np.float32]":
        """Return float32 probabilities (n, classes) for uint8 images (n, h, w, c)."""


def slice_length(shape: ImageShape) -> int:
    """Return how many images are predicted together: `SLICE`, or a divisor for large images.

    It is a divisor so that whole slices of small images are whole slices of large images.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels.

    Returns
    -------
    int
        At least 1.
    """
    most = max(MAX_SLICE_VALUES // math.prod(shape), 1)
    return max(length for length in range(1, min(SLICE, most) + 1) if SLICE % length == 0)
