"""What workers are sent: the models as bytes, the images piece by piece."""

import tempfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard, TypeVar

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.run.cluster.versions import versions
from studies.run.engine import BLOCK, Predictor

if TYPE_CHECKING:
    from distributed import Client, Future

    from models.predictors.contract import ImageShape
    from models.stored_images import Images
    from studies.run.models import Classifier


PIECE_BYTES = 2**25
"""About how many bytes of images a worker is sent at once: 32 MB, or one block if that is more."""


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A model that can be opened anywhere.

    Attributes
    ----------
    source
        Name of its file, or ``package.module:function``.
    files
        Content of each of its files by name; none for a function.
    digest
        What it must turn out to be.
    """

    source: str
    files: Mapping[str, bytes]
    digest: str

    def open(self, image_shape: "ImageShape", threads: int) -> Predictor:
        """Load the model from the bytes.

        Raises
        ------
        StudyError
            When it is not the model of this digest.
        models.store.ModelError, models.predictors.PredictionError
            When it cannot be read here.
        """
        from models.predictors import load_predictor

        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            for name, content in self.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            source = str(Path(folder, self.source)) if self.files else self.source
            predictor = load_predictor(source, image_shape=image_shape, threads=threads)
        if predictor.digest != self.digest:
            raise StudyError(
                f"{self.source} is not the one that the sweep was started with; bring the same "
                "version there, and type the same command again"
            )
        return predictor


@dataclass(frozen=True, slots=True)
class Kit:
    """All that a worker needs besides images.

    Attributes
    ----------
    token
        Differs between any two sweeps.
    models
        By name.
    image_shape
        Height, width and channels of the images.
    threads
        Threads that a prediction uses.
    endings
        Of the model files.
    versions
        What must be installed, from `studies.run.cluster.versions.versions`.
    """

    token: str
    models: Mapping[str, PackedModel]
    image_shape: "ImageShape"
    threads: int
    endings: frozenset[str]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive images, whole blocks of them; the first has the number `first`."""

    first: int
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]


def pack_kit(
    classifiers: Sequence["Classifier"], image_shape: "ImageShape", *, threads: int, token: str
) -> Kit:
    """Read the files of some models into a kit.

    Raises
    ------
    StudyError
        When a file of a model lies outside of the model's folder.
    models.store.ModelError
        When a file is missing.
    """
    models = {classifier.name: _packed(classifier) for classifier in classifiers}
    endings = frozenset(Path(model.source).suffix for model in models.values() if model.files)
    return Kit(token, models, image_shape, threads, endings, versions(endings))


def _packed(classifier: "Classifier") -> PackedModel:
    from models.predictors import files_of, is_function

    if is_function(classifier.path):
        return PackedModel(str(classifier.path), {}, classifier.digest)
    folder = classifier.path.parent
    files = {}
    for path in files_of(classifier.path):
        name = path.relative_to(folder)
        if ".." in name.parts:
            raise StudyError(f"{path} belongs to {classifier.path}, and must lie beside it")
        files[name.as_posix()] = path.read_bytes()
    return PackedModel(classifier.path.name, files, classifier.digest)


def piece_starts(images: "Images") -> range:
    """Return the index of the first image of every piece.

    A piece is whole blocks, so that images are predicted in the same groups as in one process.
    """
    blocks = max(PIECE_BYTES // max(images[0].nbytes * BLOCK, 1), 1)
    return range(0, len(images), blocks * BLOCK)


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
