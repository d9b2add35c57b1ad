"""How an external model takes its images: what a TOML file beside the model file declares."""

import hashlib
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from models.errors import ModelError
from models.validation_messages import validation_message


def _as_tuple(number: object) -> object:
    return (number,) if isinstance(number, int | float) else number


Side = Annotated[int, Field(ge=1, strict=True)]
Means = Annotated[
    tuple[Annotated[float, Field(allow_inf_nan=False)], ...], BeforeValidator(_as_tuple)
]
Deviations = Annotated[
    tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...], BeforeValidator(_as_tuple)
]


class InputSpec(BaseModel):
    """How an external model takes its images, and what it returns.

    Attributes
    ----------
    pixels : str or None
        Range of the values that the model takes: ``"0..255"`` or ``"0..1"`` (divided by 255).
    mean : tuple of float
        Subtracted from the values, in units of `pixels`: one number, or one for each channel.
    std : tuple of float
        What the values are then divided by; as `mean`.
    layout : str or None
        Order of the axes of a batch: ``"nhwc"`` (channels last) or ``"nchw"``.
    image : tuple of int or None
        Height, width and channels, for inputs that are flat or of any size.
    outputs : str
        ``"probabilities"``, or ``"logits"``, which a softmax turns into probabilities.
    output_name : str or None
        Name of the output to read, for an ONNX graph with several.
    trusted : tuple of str
        Types in a skops file that are loaded although skops does not know them as harmless.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pixels: Literal["0..255", "0..1"] | None = None
    mean: Means = ()
    std: Deviations = ()
    layout: Literal["nhwc", "nchw"] | None = None
    image: tuple[Side, Side, Side] | None = None
    outputs: Literal["probabilities", "logits"] = "probabilities"
    output_name: str | None = None
    trusted: tuple[str, ...] = ()

    def identity(self) -> str:
        """Return the settings that are not defaults, as text for a digest."""
        return self.model_dump_json(exclude_defaults=True)


DEFAULT_SPEC = InputSpec()
IMAGE_SETTINGS = ("pixels", "mean", "std", "layout", "image")
"""The settings about images, which apply to all formats."""


def input_spec_path(path: Path) -> Path:
    """Return the path of the input spec of a model file: ``net.onnx.toml`` for ``net.onnx``."""
    return path.with_name(path.name + ".toml")


def read_input_spec(path: Path, allowed: Collection[str]) -> InputSpec:
    """Read the input spec of a model file.

    Parameters
    ----------
    path : Path
        The model file.
    allowed : collection of str
        The settings that apply to its format.

    Returns
    -------
    InputSpec
        The defaults where there is no input spec.

    Raises
    ------
    ModelError
        When the input spec cannot be read, or has an unknown or a wrong setting.
    """
    file = input_spec_path(path)
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return DEFAULT_SPEC
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{file} cannot be read as TOML: {error}") from error
    unknown = sorted(set(settings) - set(allowed))
    if unknown:
        raise ModelError(
            f"{file}: a {path.suffix} file has no setting {', '.join(unknown)}; "
            f"there are {', '.join(allowed)}"
        )
    try:
        return InputSpec.model_validate(settings)
    except ValidationError as error:
        raise ModelError(validation_message(str(file), error, list(allowed))) from error


def external_digest(kind: str, parts: Collection[bytes], spec: InputSpec) -> str:
    """Return the SHA-256 (hexadecimal) of what decides the predictions of an external model.

    Parameters
    ----------
    kind : str
        Kind of model, so that equal bytes that are read in two ways are two models.
    parts : collection of bytes
        Contents of the files of the model, or what identifies them.
    spec : InputSpec
        How the model is used.

    Returns
    -------
    str
        The digest.
    """
    hasher = hashlib.sha256(f"{kind} {spec.identity()}".encode())
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.hexdigest()
