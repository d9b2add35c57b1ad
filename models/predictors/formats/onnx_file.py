"""ONNX graphs in ``.onnx`` files, run by onnxruntime on the CPU."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelError, describe_exception
from models.predictors.registry import model_format
from models.predictors.sources import read_bytes

if TYPE_CHECKING:
    from models.predictors.contract import ImageShape
    from models.predictors.onnx_predictor import OnnxPredictor

# In the wire format: field 1, eight bytes, "location"; field 2, a length of one or two bytes.
_LOCATION = re.compile(rb"\x0a\x08location\x12([\x80-\xff]?[\x00-\x7f])")


def weight_files(path: Path) -> tuple[Path, ...]:
    """Return the files beside an ONNX file that hold weights of it, sorted.

    Exporters write weights to separate files (``net.onnx.data``) when they are large or on request;
    the graph gives the file names under the key ``location``.

    Parameters
    ----------
    path : Path
        The ONNX file.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    ModelError
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


@model_format(".onnx", packages=("onnxruntime",), weight_files=weight_files)
def load_onnx_file(
    path: Path, image_shape: "ImageShape | None", threads: int | None
) -> "OnnxPredictor":
    """Load an ``.onnx`` file.

    Parameters
    ----------
    path : Path
        The file.
    image_shape : tuple of int or None
        Height, width and channels to assume where the graph does not give them.
    threads : int or None
        Number of threads to compute with; 1 for None.

    Returns
    -------
    OnnxPredictor
        Named after the file.

    Raises
    ------
    ModelError
        When the file is damaged, or a file with its weights is missing.
    PredictionError
        When the graph does not map images to probabilities.
    """
    from models import backend
    from models.predictors.input_spec import IMAGE_SETTINGS, external_digest, read_input_spec
    from models.predictors.onnx_predictor import OnnxPredictor

    spec = read_input_spec(path, (*IMAGE_SETTINGS, "outputs", "output_name"))
    with backend.quiet_start():
        import onnxruntime
    files = (path, *weight_files(path))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 1
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # errors are raised as exceptions
    # Waiting threads must not use the processor that corrupts the next images.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the exceptions of onnxruntime derive from Exception alone
        raise ModelError(
            f"{path} cannot be read as an ONNX model, or is damaged or cut short: "
            f"{describe_exception(error)}"
        ) from error
    digest = external_digest("onnx", [read_bytes(file) for file in files], spec)
    return OnnxPredictor(session, path.stem, digest, spec, image_shape)
