"""What the scheduler holds for the workers: the kit and the images, as tasks with known values.

A worker that needs a value gets it from another worker, or from the scheduler when none has it
left. Dask's own `scatter` keeps no copy at the scheduler, so that values die with their workers.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeGuard, TypeVar

import numpy as np
import numpy.typing as npt

from studies.cluster.kit import Kit, Piece, piece_starts

if TYPE_CHECKING:
    from distributed import Client, Future

    from models.stored_images import Images

Supply = TypeVar("Supply", Kit, Piece)

MOST_BYTES = 2**30
"""Of images that are kept ready: those used last. Others are sent again when they are needed."""


class Supplies:
    """The kit and the pieces of the images, each a future of a cluster.

    Parameters
    ----------
    client
        Connected to the cluster.
    kit
        What every task needs.
    images
        ``(n, h, w, c)`` uint8, in memory or in files; image i has the number
        ``first + i``.
    labels
        ``(n,)`` true classes.
    first
        Number of the first image.
    """

    def __init__(
        self,
        client: "Client",
        kit: Kit,
        images: "Images",
        labels: npt.NDArray[np.int64],
        *,
        first: int,
    ) -> None:
        self._client = client
        self._kit = kit
        self._images = images
        self._labels = labels
        self._first = first
        self._starts = piece_starts(images)
        self._kept = max(MOST_BYTES // (self._starts.step * images[0].nbytes), 1)
        self._sent_kit: Future[Kit] | None = None
        self._sent_pieces: OrderedDict[int, Future[Piece]] = OrderedDict()
        self._number = 0

    @property
    def token(self) -> str:
        """Differs between any two sweeps."""
        return self._kit.token

    @property
    def pieces(self) -> int:
        """Into how many pieces the images are cut."""
        return len(self._starts)

    def kit(self) -> "Future[Kit]":
        """Return the kit on its way to the workers."""
        if not _usable(self._sent_kit):
            self._sent_kit = self._sent(self._kit)
        return self._sent_kit

    def piece(self, number: int) -> "Future[Piece]":
        """Return a piece of the images on its way to the workers."""
        future = self._sent_pieces.pop(number, None)
        if not _usable(future):
            start = self._starts[number]
            part = slice(start, start + self._starts.step)
            images = np.ascontiguousarray(self._images[part])
            future = self._sent(Piece(self._first + start, images, self._labels[part]))
        self._sent_pieces[number] = future
        if len(self._sent_pieces) > self._kept:
            self._sent_pieces.popitem(last=False)
        return future

    def _sent(self, value: Supply) -> "Future[Supply]":
        self._number += 1
        key = f"supplies-{self._kit.token}-{self._number}"
        return self._client.submit(as_it_is, value, key=key, pure=False)


def as_it_is(value: Supply) -> Supply:
    """Return a value; the workers' side of `Supplies`."""
    return value


def _usable(future: "Future[Supply] | None") -> TypeGuard["Future[Supply]"]:
    """Tell whether a value is there or can be had: not after workers died over its delivery."""
    return future is not None and future.status in {"pending", "finished"}
