"""Training batches in a seeded order, augmented in a background thread."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.stored_images import StoredImages
from models.training.config import TrainingError

Images = NDArray[np.uint8]
Augment = Callable[[Images, NDArray[np.int64], int], Images]
Batch = tuple[Images, NDArray[np.float32]]

READY_BLOCKS = 1
"""Blocks prepared ahead; one is enough because blocks are large."""

BLOCK_VALUES = 1 << 23
"""Pixel values prepared at a time. An augmentation that groups images by their corruption is up to
five times slower on batches of 64 digits than on blocks of a thousand, and fewer blocks disturb the
training less: an MLP took 1.33 times as long at 2^20, and 1.13 times at this value."""


class AugmentError(TrainingError):
    """An augmentation that cannot be imported, or that returned images of another shape or type."""


class BatchStream:
    """Every batch of every epoch, in an order that depends on the seed alone.

    Use it as a context manager; leaving it ends the background thread.

    Each epoch visits the images in another random order. When the number of training images is not
    a multiple of the batch size, the remaining images are skipped in that epoch, because the batch
    norm statistics of two or three images are useless.

    Parameters
    ----------
    images : ndarray of uint8 or StoredImages, shape (n, h, w, c)
        All training images.
    targets : ndarray of float32, shape (n, classes)
        One row for each image.
    ids : ndarray of int64, shape (m,)
        The images to train on, as positions in `images`; passed to `augment`.
    batch_size : int
        Number of images in a batch.
    epochs : int
        Number of passes over the images.
    seed : int
        Seed of the orders.
    augment : callable, optional
        Called as ``augment(images, ids, epoch)`` in one background thread, with epochs counted from
        0. It gets blocks of one or more batches of an epoch, one at a time and in order; its result
        for an image should depend on the id and the epoch, not on the block.
    """

    def __init__(
        self,
        images: Images | StoredImages,
        targets: NDArray[np.float32],
        ids: NDArray[np.int64],
        *,
        batch_size: int,
        epochs: int,
        seed: int,
        augment: Augment | None = None,
    ) -> None:
        self._images = images
        self._targets = targets
        self._ids = ids
        self._batch_size = min(batch_size, len(ids))
        self._epochs = epochs
        self._seed = seed
        self._augment = augment
        self._background = ThreadPoolExecutor(max_workers=1, thread_name_prefix="augment")
        self._closed = False
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """End the background thread, at the latest when its current block is done."""
        self._closed = True
        self._background.shutdown(wait=True, cancel_futures=True)

    @property
    def batches_per_epoch(self) -> int:
        """Number of gradient steps in an epoch, at least 1."""
        return len(self._ids) // self._batch_size

    def batches(self, first_epoch: int = 0) -> Iterator[Batch]:
        """Yield ``(images, targets)`` for the whole training, epoch after epoch.

        An exception in `augment` is stored in `error` before it is raised again, because the
        library that consumes this iterator may wrap it. The iterator ends early when the context
        is left, possibly by another thread.

        Parameters
        ----------
        first_epoch : int, optional
            The epoch to begin with, counted from 0; above 0 in a resumed training.

        Yields
        ------
        tuple of ndarray
            The images and the targets of a batch.
        """
        try:
            for block in self._blocks(first_epoch):
                for batch in block:
                    if self._closed:
                        return
                    yield batch
        except Exception as error:
            if self._closed:
                return
            self.error = error
            raise

    def _blocks(self, first_epoch: int) -> Iterator[list[Batch]]:
        """Yield the batches of each block, with `READY_BLOCKS` more blocks in preparation."""
        pending: deque[Future[list[Batch]]] = deque()
        for ids, epoch in self._plan(first_epoch):
            pending.append(self._background.submit(self._prepare, ids, epoch))
            if len(pending) > READY_BLOCKS:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _plan(self, first_epoch: int) -> Iterator[tuple[NDArray[np.int64], int]]:
        """Yield the ids of each block, a whole number of batches, with its epoch."""
        values = self._batch_size * int(np.prod(self._images.shape[1:]))
        block = self._batch_size * max(1, BLOCK_VALUES // values)
        for epoch in range(first_epoch, self._epochs):
            order = np.random.default_rng([self._seed, epoch]).permutation(self._ids)
            used = order[: self.batches_per_epoch * self._batch_size]
            for start in range(0, len(used), block):
                yield used[start : start + block], epoch

    def _prepare(self, ids: NDArray[np.int64], epoch: int) -> list[Batch]:
        """Read one block, augment it and cut it into batches."""
        images = apply_augmentation(self._augment, self._images[ids], ids, epoch)
        targets = self._targets[ids]
        cuts = range(0, len(ids), self._batch_size)
        return [
            (images[cut : cut + self._batch_size], targets[cut : cut + self._batch_size])
            for cut in cuts
        ]


def apply_augmentation(
    augment: Augment | None, images: Images, ids: NDArray[np.int64], epoch: int
) -> Images:
    """Augment images and validate the result.

    Parameters
    ----------
    augment : callable or None
        See `BatchStream`; None returns the images unchanged.
    images : ndarray of uint8, shape (n, h, w, c)
        The images.
    ids : ndarray of int64, shape (n,)
        Their ids.
    epoch : int
        The epoch, counted from 0.

    Returns
    -------
    ndarray of uint8, shape (n, h, w, c)
        The augmented images.

    Raises
    ------
    AugmentError
        When the result is not uint8 images of the same shape; what `augment` raises is passed on.
    """
    if augment is None:
        return images
    result = augment(images, ids, epoch)
    _check_augmented(result, images)
    return result


def _check_augmented(augmented: object, images: Images) -> None:
    """Raise an error for anything but a uint8 array of the same shape."""
    if not isinstance(augmented, np.ndarray):
        raise AugmentError(
            f"augment must return an array of images, got {type(augmented).__name__}"
        )
    if augmented.dtype != np.uint8 or augmented.shape != images.shape:
        raise AugmentError(
            f"augment must return uint8 images of shape {images.shape}, "
            f"got {augmented.dtype} of shape {augmented.shape}"
        )
