"""ONNX graphs as predictors, run by onnxruntime on the processor."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from models import backend
from models.predictors.contract import ImageShape, PredictionError, SlicedPredictor
from models.predictors.input_spec import (
    IMAGES,
    InputSpec,
    external_digest,
    read_input_spec,
)
from models.predictors.inputs import input_converter
from models.predictors.sources import first_line, imported, read_bytes
from models.store import ModelError

SETTINGS = (*IMAGES, "outputs", "output_name")
TYPES: dict[str, DTypeLike] = {
    "tensor(uint8)": np.uint8,
    "tensor(float16)": np.float16,
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
}

# In the wire format: field 1, eight bytes, "location"; field 2, a length of one or two bytes.
_LOCATION = re.compile(rb"\x0a\x08location\x12([\x80-\xff]?[\x00-\x7f])")


class OnnxPredictor(SlicedPredictor):
    """A graph with one input, for images, and an output (n, classes).

    Parameters
    ----------
    session
        An `onnxruntime.InferenceSession`.
    name, digest
        As in `Predictor`.
    spec
        How it wants its images, and what it returns.
    image_shape
        Height, width and channels to take where the graph does not say them.

    Raises
    ------
    PredictionError
        When the graph is of another form, or leaves open what is not declared.
    """

    def __init__(
        self,
        session: Any,
        name: str,
        digest: str,
        spec: InputSpec,
        image_shape: ImageShape | None = None,
    ) -> None:
        self._session = session
        self._input, dimensions, dtype = _input(session, name)
        if dtype != np.uint8 and spec.pixels is None:
            raise PredictionError(
                f"{name}: takes floating point, so it must be declared whether as 0 to 1 or as "
                f'0 to 255; write pixels = "0..1" or pixels = "0..255" into {name}.onnx.toml '
                "beside it"
            )
        batch, *axes = dimensions
        self._batch = batch
        self._format = input_converter(name, axes, dtype, spec, assumed=image_shape)
        self._output, classes = _output(session, name, spec.output_name)
        super().__init__(
            name,
            digest,
            self._format.image_shape,
            classes,
            logits=spec.outputs == "logits",
        )

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Run a slice, in parts where the graph takes a fixed number of images."""
        values = self._format(images)
        if self._batch is None:
            return self._run(values)
        missing = -len(values) % self._batch
        filled = np.concatenate([values, np.zeros_like(values, shape=(missing, *values.shape[1:]))])
        parts = [
            self._run(filled[start : start + self._batch])
            for start in range(0, len(filled), self._batch)
        ]
        return np.concatenate(parts)[: len(values)]

    def _run(self, values: NDArray[Any]) -> NDArray[Any]:
        try:
            return np.asarray(self._session.run([self._output], {self._input: values})[0])
        except Exception as error:  # onnxruntime's own kinds derive from Exception alone
            raise PredictionError(f"{self.name}: onnxruntime: {first_line(error)}") from error


def load_onnx_file(path: Path, image_shape: ImageShape | None, threads: int) -> OnnxPredictor:
    """Load an ``.onnx`` file, computing with so many threads.

    Raises
    ------
    models.store.ModelError
        When it is damaged, a file of its weights is missing, or onnxruntime is.
    PredictionError
        When the graph does not map images to probabilities.
    """
    spec = read_input_spec(path, SETTINGS)
    with backend.quiet_start():
        runtime = imported("onnxruntime", path)
    files = (path, *weight_files(path))
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # errors come as exceptions
    # Threads that wait must not take the processor from the corruption of the next images.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own kinds derive from Exception alone
        raise ModelError(
            f"{path} cannot be read as an ONNX model, or is damaged or cut short: "
            f"{first_line(error)}"
        ) from error
    digest = external_digest("onnx", [read_bytes(file) for file in files], spec)
    return OnnxPredictor(session, path.stem, digest, spec, image_shape)


def weight_files(path: Path) -> tuple[Path, ...]:
    """Return the files beside an ONNX file that hold weights of it, sorted.

    Exporters keep weights apart (``net.onnx.data``) where they are large or when asked; the graph
    names the files under the key ``location``.

    Raises
    ------
    models.store.ModelError
        When one of them is missing.
    """
    content = read_bytes(path)
    found = set()
    for match in _LOCATION.finditer(content):
        length = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(match[1]))
        name = content[match.end() : match.end() + length].decode("utf-8", "replace")
        found.add(path.parent / name)
    missing = sorted(str(file) for file in found if not file.is_file())
    if missing:
        raise ModelError(f"{path} keeps weights in {', '.join(missing)}, which is missing")
    return tuple(sorted(found))


def _input(session: Any, name: str) -> tuple[str, list[int | None], DTypeLike]:
    """Return name, shape (None for any length) and type of the one input."""
    inputs = session.get_inputs()
    described = [f"{entry.name} {entry.type} {entry.shape}" for entry in inputs]
    if len(inputs) != 1 or inputs[0].type not in TYPES or not inputs[0].shape:
        raise PredictionError(
            f"{name}: the graph must have one input, of uint8 or floating point images, "
            f"got {', '.join(described) or 'none'}"
        )
    lengths = [length if isinstance(length, int) else None for length in inputs[0].shape]
    return inputs[0].name, lengths, TYPES[inputs[0].type]


def _output(session: Any, name: str, wanted: str | None) -> tuple[str, int | None]:
    """Return name and number of classes (None if the graph does not say) of the output to read."""
    outputs = {entry.name: entry for entry in session.get_outputs()}
    if wanted is None:
        tables = [key for key, entry in outputs.items() if _may_be_probabilities(entry)]
        if len(tables) != 1:
            raise PredictionError(
                f"{name}: the graph has the outputs {', '.join(outputs)}; declare which holds "
                'the probabilities, as output_name = "..."'
            )
        wanted = tables[0]
    if wanted not in outputs:
        raise PredictionError(
            f"{name}: no output is called {wanted!r}; there are {', '.join(outputs)}"
        )
    return wanted, _known_classes(outputs[wanted].shape)


def _may_be_probabilities(entry: Any) -> bool:
    """Tell whether an output may be a floating point table (n, classes)."""
    floating = entry.type in TYPES and entry.type != "tensor(uint8)"
    return floating and len(entry.shape or (0, 0)) == 2


def _known_classes(shape: Sequence[object] | None) -> int | None:
    classes = shape[1] if shape is not None and len(shape) == 2 else None
    return classes if isinstance(classes, int) and classes > 1 else None
