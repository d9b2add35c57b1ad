"""What workers are sent: the models as bytes, and the images in chunks."""

import tempfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard, TypeVar

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.core.provenance import required_versions
from studies.run.engine import BLOCK, Predictor

if TYPE_CHECKING:
    from distributed import Client, Future

    from models.predictors.contract import ImageShape
    from models.stored_images import Images
    from studies.run.models import Classifier


CHUNK_BYTES = 2**25
"""About how many bytes of images a chunk has: 32 MB, or one block if that is more."""

CACHED_BYTES = 2**30
"""Of image chunks on the cluster: those used last. Others are sent again when they are needed."""


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A model that can be loaded on any machine: a file with its content, or a function.

    The files are name -> content, and empty for a function; the digest is that of the loaded model.
    """

    source: str
    files: Mapping[str, bytes]
    digest: str

    def load(self, image_shape: "ImageShape", threads: int) -> Predictor:
        """Load the model, and make sure that it has the expected digest."""
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
class PackedModels:
    """The models of a sweep, and what a worker needs to load them."""

    token: str  # differs between any two sweeps
    by_name: Mapping[str, PackedModel]
    image_shape: "ImageShape"  # height, width and channels
    threads: int  # that a prediction uses
    endings: frozenset[str]  # of the model files
    versions: Mapping[str, str]  # that the endings require


@dataclass(frozen=True, slots=True)
class ImageChunk:
    """Consecutive images, a whole number of blocks; the first has the number `first`."""

    first: int
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]


def pack_models(
    classifiers: Sequence["Classifier"], image_shape: "ImageShape", *, threads: int, token: str
) -> PackedModels:
    """Read the files of some models, which must lie in the folder of the model."""
    packed = {classifier.name: _packed(classifier) for classifier in classifiers}
    endings = frozenset(Path(model.source).suffix for model in packed.values() if model.files)
    versions = required_versions(endings)
    return PackedModels(token, packed, image_shape, threads, endings, versions)


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


Item = TypeVar("Item", PackedModels, ImageChunk)


class Payload:
    """The models and the image chunks of a sweep, each a future of a cluster.

    Images, labels and first number are those of `studies.run.engine.LocalEngine`.
    """

    def __init__(
        self,
        client: "Client",
        models: PackedModels,
        images: "Images",
        labels: npt.NDArray[np.int64],
        *,
        first: int,
    ) -> None:
        self._client = client
        self._models = models
        self._images = images
        self._labels = labels
        self._first = first
        # Whole blocks, so that images are predicted in the same groups as in one process.
        blocks = max(CHUNK_BYTES // max(images[0].nbytes * BLOCK, 1), 1)
        self._starts = range(0, len(images), blocks * BLOCK)
        self._cached = max(CACHED_BYTES // (self._starts.step * images[0].nbytes), 1)
        self._sent_models: Future[PackedModels] | None = None
        self._sent_chunks: OrderedDict[int, Future[ImageChunk]] = OrderedDict()
        self._number = 0

    @property
    def token(self) -> str:
        """Differs between any two sweeps."""
        return self._models.token

    @property
    def chunks(self) -> int:
        """Number of chunks of the images."""
        return len(self._starts)

    def models(self) -> "Future[PackedModels]":
        """Return the models on the cluster."""
        if not _usable(self._sent_models):
            self._sent_models = self._send(self._models)
        return self._sent_models

    def chunk(self, number: int) -> "Future[ImageChunk]":
        """Return a chunk of the images on the cluster."""
        future = self._sent_chunks.pop(number, None)
        if not _usable(future):
            start = self._starts[number]
            part = slice(start, start + self._starts.step)
            images = np.ascontiguousarray(self._images[part])
            future = self._send(ImageChunk(self._first + start, images, self._labels[part]))
        self._sent_chunks[number] = future
        if len(self._sent_chunks) > self._cached:
            self._sent_chunks.popitem(last=False)
        return future

    def _send(self, item: Item) -> "Future[Item]":
        self._number += 1
        key = f"payload-{self.token}-{self._number}"
        return self._client.submit(_identity, item, key=key, pure=False)


def _identity(item: Item) -> Item:
    """Return an item; the task that holds it on the cluster."""
    return item


def _usable(future: "Future[Item] | None") -> TypeGuard["Future[Item]"]:
    """Return whether an item is on the cluster or can be: not after its workers died."""
    return future is not None and future.status in {"pending", "finished"}
