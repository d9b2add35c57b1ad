"""ONNX graphs as predictors."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from models.errors import PredictionError, describe_exception
from models.predictors.contract import ImageShape
from models.predictors.input_spec import InputSpec
from models.predictors.inputs import input_converter
from models.predictors.sliced import SlicedPredictor

TYPES: dict[str, DTypeLike] = {
    "tensor(uint8)": np.uint8,
    "tensor(float16)": np.float16,
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
}


class OnnxPredictor(SlicedPredictor):
    """An ONNX graph with one input, for images, and an output (n, classes).

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        Runs the graph.
    name : str
        As in `models.predictors.Predictor`.
    digest : str
        As in `models.predictors.Predictor`.
    spec : InputSpec
        How the graph takes its images, and what it returns.
    image_shape : tuple of int, optional
        Height, width and channels to assume where the graph does not give them.

    Raises
    ------
    PredictionError
        When the graph has another form, or something must be declared.
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
        self._convert = input_converter(name, axes, dtype, spec, assumed=image_shape)
        self._output, classes = _output(session, name, spec.output_name)
        super().__init__(
            name, digest, self._convert.image_shape, classes, logits=spec.outputs == "logits"
        )

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Run a slice, in parts where the graph takes a fixed number of images."""
        values = self._convert(images)
        if self._batch is None:
            return self._run(values)
        missing = -len(values) % self._batch
        padded = np.concatenate([values, np.zeros_like(values, shape=(missing, *values.shape[1:]))])
        parts = [
            self._run(padded[start : start + self._batch])
            for start in range(0, len(padded), self._batch)
        ]
        return np.concatenate(parts)[: len(values)]

    def _run(self, values: NDArray[Any]) -> NDArray[Any]:
        try:
            return np.asarray(self._session.run([self._output], {self._input: values})[0])
        except Exception as error:  # the exceptions of onnxruntime derive from Exception alone
            raise PredictionError(
                f"{self.name}: onnxruntime: {describe_exception(error)}"
            ) from error


def _input(session: Any, name: str) -> tuple[str, list[int | None], DTypeLike]:
    """Return the name, the shape (None for any length) and the type of the one input."""
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
    """Return the name and the number of classes (None if not given) of the output to read."""
    outputs = {entry.name: entry for entry in session.get_outputs()}
    if wanted is None:
        candidates = [key for key, entry in outputs.items() if _may_be_probabilities(entry)]
        if len(candidates) != 1:
            raise PredictionError(
                f"{name}: the graph has the outputs {', '.join(outputs)}; declare which holds "
                'the probabilities, as output_name = "..."'
            )
        wanted = candidates[0]
    if wanted not in outputs:
        raise PredictionError(
            f"{name}: no output is called {wanted!r}; there are {', '.join(outputs)}"
        )
    return wanted, _known_classes(outputs[wanted].shape)


def _may_be_probabilities(entry: Any) -> bool:
    """Tell whether an output may be floating point values (n, classes)."""
    floating = entry.type in TYPES and entry.type != "tensor(uint8)"
    return floating and len(entry.shape or (0, 0)) == 2


def _known_classes(shape: Sequence[object] | None) -> int | None:
    classes = shape[1] if shape is not None and len(shape) == 2 else None
    return classes if isinstance(classes, int) and classes > 1 else None
