"""Training batches in a seeded order, freshly augmented, prepared while the last one trains."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.config import TrainingError

Images = NDArray[np.uint8]
Augment = Callable[[Images, NDArray[np.int64], int], Images]
Batch = tuple[Images, NDArray[np.float32]]

READY_BATCHES = 4
"""Batches prepared ahead: enough to hide an uneven augmentation, little memory."""


class AugmentError(TrainingError):
    """An augmentation that gave something else than images like those it got."""


class BatchStream:
    """Every batch of every epoch, in an order that depends on the seed alone.

    A context manager: leaving it ends the background thread.

    Each epoch visits the images in a fresh random order. The images left over when the training
    set is no multiple of the batch size sit that epoch out: a remainder of two or three would give
    batch norm statistics worth nothing.

    Parameters
    ----------
    images
        uint8 (n, h, w, c), all training images.
    targets
        float32 (n, classes), one row an image.
    ids
        int64 (m,), the images to train on, as positions in `images`; what `augment` receives.
    batch_size, epochs, seed
        Images a batch, passes, and the seed of the orders.
    augment
        Called as ``augment(images, ids, epoch)`` on each batch, epochs counted from 0, one batch
        at a time and in order, in one background thread. None leaves images alone.
    """

    def __init__(
        self,
        images: Images,
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
        """End the background thread, at the latest when the batch in work is done."""
        self._closed = True
        self._background.shutdown(wait=True, cancel_futures=True)

    @property
    def batches_per_epoch(self) -> int:
        """Gradient steps in an epoch, at least 1."""
        return len(self._ids) // self._batch_size

    def batches(self) -> Iterator[Batch]:
        """Yield ``(images, targets)`` for the whole training, epoch after epoch.

        An exception in `augment` is kept in `error` before it is raised again, because the array
        library that consumes this iterator may wrap it beyond recognition. The iterator ends early
        when the stream is left, which may happen in another thread than the one that iterates.
        """
        pending: deque[Future[Batch]] = deque()
        try:
            for ids, epoch in self._plan():
                pending.append(self._background.submit(self._prepare, ids, epoch))
                if len(pending) > READY_BATCHES:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except Exception as error:
            if self._closed:
                return
            self.error = error
            raise

    def _plan(self) -> Iterator[tuple[NDArray[np.int64], int]]:
        """Yield the ids of each batch with its epoch."""
        for epoch in range(self._epochs):
            order = np.random.default_rng([self._seed, epoch]).permutation(self._ids)
            for batch in range(self.batches_per_epoch):
                yield order[batch * self._batch_size :][: self._batch_size], epoch

    def _prepare(self, ids: NDArray[np.int64], epoch: int) -> Batch:
        """Gather one batch and augment it."""
        images = self._images[ids]
        if self._augment is not None:
            augmented = self._augment(images, ids, epoch)
            _check_augmented(augmented, images)
            images = augmented
        return images, self._targets[ids]


def _check_augmented(augmented: object, images: Images) -> None:
    """Refuse anything but a uint8 array of the same shape."""
    if not isinstance(augmented, np.ndarray):
        raise AugmentError(
            f"augment must return an array of images, got {type(augmented).__name__}"
        )
    if augmented.dtype != np.uint8 or augmented.shape != images.shape:
        raise AugmentError(
            f"augment must return uint8 images of shape {images.shape}, "
            f"got {augmented.dtype} of shape {augmented.shape}"
        )
