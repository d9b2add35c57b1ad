"""Training and test images with labels and class names, and the digest of all of them."""

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

Scalar = TypeVar("Scalar", bound=np.generic)

DIGEST_BLOCK = 2**25
"""Bytes of images in memory at the same time while the digest is computed."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test images with their labels.

    The arrays are validated, converted to the types below and made read-only. Images may stay in
    their files (`models.stored_images.StoredImages`); they are then read when they are needed.

    Attributes
    ----------
    name : str
        Name of the data set in tables and messages.
    train_images : ndarray of uint8 or StoredImages, shape (n, height, width, channels)
        May be empty; the data can then not be trained on.
    train_labels : ndarray of int64, shape (n,)
        Indices into `class_names`; any type of integers is converted.
    test_images : ndarray of uint8 or StoredImages, shape (m, height, width, channels)
        At least one image; height, width and channels are those of the training images.
    test_labels : ndarray of int64, shape (m,)
        As `train_labels`.
    class_names : tuple of str
        One name for each class, without duplicates.
    digest : str
        SHA-256 (hexadecimal) of types, shapes and bytes of the four arrays and of the class names.
        It identifies the data, whatever their name. Computed when empty.

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
            images = _validated_images(
                getattr(self, f"{part}_images"), f"{self.name}: {part} images"
            )
            labels = _validated_labels(
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
        """Return at most the first training and test images.

        Parameters
        ----------
        training : int
            Number of training images.
        test : int, optional
            Number of test images; None returns all.

        Returns
        -------
        Dataset
            With a digest of its own.
        """
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
        """Height, width and channels of each image."""
        height, width, channels = self.test_images.shape[1:]
        return height, width, channels

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)


def content_digest(data: Dataset, on_progress: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 (hexadecimal) of the content of a data set, whatever its file format.

    Parameters
    ----------
    data : Dataset
        Read block by block, so that stored images are never in memory together.
    on_progress : callable, optional
        Called after each block with the number of images that have been read.

    Returns
    -------
    str
        The digest.
    """
    hasher = hashlib.sha256(json.dumps(data.class_names).encode())
    done = 0
    for images, labels in (
        (data.train_images, data.train_labels),
        (data.test_images, data.test_labels),
    ):
        hasher.update(f"{_type_code(images)}{images.shape}".encode())
        for block in _blocks(images):
            hasher.update(block.data)
            done += len(block)
            if on_progress is not None:
                on_progress(done)
        little_endian = labels.astype(labels.dtype.newbyteorder("<"), copy=False)
        hasher.update(f"{_type_code(little_endian)}{labels.shape}".encode())
        hasher.update(little_endian.data)
    return hasher.hexdigest()


def _type_code(array: NDArray[Any] | StoredImages) -> str:
    return str(array.dtype.str)


def _blocks(images: Images) -> Iterator[NDArray[np.uint8]]:
    """Yield all images in order, in blocks of about `DIGEST_BLOCK` bytes."""
    length = max(DIGEST_BLOCK // math.prod(images.shape[1:]), 1)
    for start in range(0, len(images), length):
        yield images[start : start + length]


def _validated_images(images: Images, what: str) -> Images:
    """Return images C-contiguous and read-only; raise an error that says why they are unfit."""
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


def _validated_labels(labels: NDArray[np.int64], what: str, classes: int) -> NDArray[np.int64]:
    """Return labels as int64 and read-only, or raise an error that says why they are unfit."""
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


def _read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return a read-only view, so that the digest stays true; the array itself is not changed."""
    view = array.view()
    view.setflags(write=False)
    return view
