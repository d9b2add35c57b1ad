"""What a data set is: four arrays that fit together, names of classes, and a digest."""

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.errors import DataError
from models.stored_images import Images, StoredImages, first_images

__all__ = ["DataError", "Dataset", "content_digest"]

Level = TypeVar("Level", bound=np.generic)

DIGEST_BLOCK = 2**25
"""Bytes of images that are in memory at a time while their digest is computed."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test images with their labels.

    The arrays are checked, brought to the types below and made read-only. Images may stay in their
    files (`models.stored_images.StoredImages`); then only those that are asked for are read.

    Parameters
    ----------
    name
        What the data set is called in tables and messages.
    train_images, test_images
        uint8 arrays of shape (n, height, width, channels), both with the same height, width and
        channels. There is at least one test image; without training images, nothing can be trained
        on the data.
    train_labels, test_labels
        Integer arrays of shape (n,), each value an index into `class_names`; kept as int64.
    class_names
        One name a class, no two alike.
    digest
        SHA-256 (hexadecimal) over types, shapes and bytes of the four arrays and the class names,
        the identity of the data whatever their name. Computed when left empty.

    Raises
    ------
    DataError
        When the parts do not fit together.
    """

    name: str
    train_images: Images
    train_labels: NDArray[np.int64]
    test_images: Images
    test_labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    digest: str = ""

    def __post_init__(self) -> None:
        names = tuple(str(name) for name in self.class_names)
        if not names or len(set(names)) != len(names):
            raise DataError(
                f"{self.name}: class names must be distinct and at least one, got {names}"
            )
        object.__setattr__(self, "class_names", names)
        for part in ("train", "test"):
            images = _checked_images(getattr(self, f"{part}_images"), f"{self.name}: {part} images")
            labels = _checked_labels(
                getattr(self, f"{part}_labels"), f"{self.name}: {part} labels", len(names)
            )
            if len(images) != len(labels):
                raise DataError(
                    f"{self.name}: {len(images)} {part} images but {len(labels)} {part} labels"
                )
            object.__setattr__(self, f"{part}_images", images)
            object.__setattr__(self, f"{part}_labels", labels)
        if not len(self.test_images):
            raise DataError(f"{self.name}: there are no test images")
        if self.train_images.shape[1:] != self.test_images.shape[1:]:
            raise DataError(
                f"{self.name}: train and test images must have one shape, "
                f"got {self.train_images.shape[1:]} and {self.test_images.shape[1:]}"
            )
        if not self.digest:
            object.__setattr__(self, "digest", content_digest(self))

    def first(self, training: int, test: int | None = None) -> "Dataset":
        """Return so many of the first training and test images at most; None is all of them."""
        return Dataset(
            self.name,
            first_images(self.train_images, training),
            self.train_labels[:training],
            first_images(self.test_images, test),
            self.test_labels[:test],
            self.class_names,
        )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        height, width, channels = self.test_images.shape[1:]
        return height, width, channels

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)


def content_digest(data: Dataset, reached: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 (hexadecimal) of what a data set holds, the same whatever it lies in.

    Parameters
    ----------
    data
        Read block by block, so that stored images are never in memory together.
    reached
        Called after each block, with how many images have been read.
    """
    hasher = hashlib.sha256(json.dumps(data.class_names).encode())
    done = 0
    for images, labels in (
        (data.train_images, data.train_labels),
        (data.test_images, data.test_labels),
    ):
        hasher.update(f"{_typed(images)}{images.shape}".encode())
        for block in _blocks(images):
            hasher.update(block.data)
            done += len(block)
            if reached is not None:
                reached(done)
        little_endian = labels.astype(labels.dtype.newbyteorder("<"), copy=False)
        hasher.update(f"{_typed(little_endian)}{labels.shape}".encode())
        hasher.update(little_endian.data)
    return hasher.hexdigest()


def _typed(array: NDArray[Any] | StoredImages) -> str:
    return str(array.dtype.str)


def _blocks(images: Images) -> Iterator[NDArray[np.uint8]]:
    """Yield all images in their order, some at a time."""
    length = max(DIGEST_BLOCK // math.prod(images.shape[1:]), 1)
    for start in range(0, len(images), length):
        yield images[start : start + length]


def _checked_images(images: Images, what: str) -> Images:
    """Return `images` C-contiguous and read-only, or say why they cannot be used."""
    if images.dtype != np.uint8:
        raise DataError(f"{what} must be uint8 (0 to 255), got {images.dtype}")
    if images.ndim != 4:
        raise DataError(
            f"{what} must have the shape (n, height, width, channels), got {images.shape}"
        )
    if 0 in images.shape[1:]:
        raise DataError(f"{what} are empty: their shape is {images.shape}")
    if isinstance(images, StoredImages):
        return images
    return _read_only(np.ascontiguousarray(images))


def _checked_labels(labels: NDArray[np.int64], what: str, classes: int) -> NDArray[np.int64]:
    """Return `labels` as int64 and read-only, or say why they cannot be used."""
    if labels.dtype.kind not in "iu":
        raise DataError(f"{what} must be integers, got {labels.dtype}")
    if labels.ndim != 1:
        raise DataError(f"{what} must have the shape (n,), got {labels.shape}")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise DataError(
            f"{what} must lie in 0..{classes - 1} ({classes} classes), "
            f"got {labels.min()}..{labels.max()}"
        )
    return _read_only(np.ascontiguousarray(labels, dtype=np.int64))


def _read_only(array: NDArray[Level]) -> NDArray[Level]:
    """Return a read-only view, so that the digest stays true; the owner's array keeps its flags."""
    view = array.view()
    view.setflags(write=False)
    return view
