"""What a model file cannot say of itself, said in a TOML file beside it."""

import hashlib
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from models.store import ModelError
from models.validation_messages import validation_message


def _alone(number: object) -> object:
    return (number,) if isinstance(number, int | float) else number


Side = Annotated[int, Field(ge=1, strict=True)]
Means = Annotated[tuple[Annotated[float, Field(allow_inf_nan=False)], ...], BeforeValidator(_alone)]
Deviations = Annotated[
    tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...], BeforeValidator(_alone)
]


class InputSpec(BaseModel):
    """How a guest wants its images, and what it returns.

    Parameters
    ----------
    pixels
        The range of the values it takes: ``"0..255"`` or ``"0..1"`` (divided by 255).
    mean, std
        Subtracted, then divided by, in units of `pixels`: one number, or one a channel.
    layout
        The order of the axes of a batch: ``"nhwc"`` (channels last) or ``"nchw"``.
    image
        Height, width and channels, for inputs that are flat or of any size.
    outputs
        ``"probabilities"``, or ``"logits"``, which then go through a softmax.
    output_name
        Which output of an ONNX graph holds them, if it has several.
    trusted
        Types in a skops file that are to be loaded though skops does not know them as harmless.
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
IMAGES = ("pixels", "mean", "std", "layout", "image")
"""The settings about images, which every kind of file may have."""


def input_spec_path(path: Path) -> Path:
    """Return where the spec of a file lies: ``net.onnx`` has ``net.onnx.toml``."""
    return path.with_name(path.name + ".toml")


def read_input_spec(path: Path, allowed: Collection[str]) -> InputSpec:
    """Read the spec of a model file; one that is not there declares nothing.

    Parameters
    ----------
    path
        Of the model.
    allowed
        The settings that mean something for its kind.

    Raises
    ------
    models.store.ModelError
        When the spec cannot be read, or says something unknown.
    """
    beside = input_spec_path(path)
    try:
        settings = tomllib.loads(beside.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return DEFAULT_SPEC
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{beside} cannot be read as TOML: {error}") from error
    unknown = sorted(set(settings) - set(allowed))
    if unknown:
        raise ModelError(
            f"{beside}: a {path.suffix} file has no setting {', '.join(unknown)}; "
            f"there are {', '.join(allowed)}"
        )
    try:
        return InputSpec.model_validate(settings)
    except ValidationError as error:
        raise ModelError(validation_message(str(beside), error, list(allowed))) from error


def external_digest(kind: str, parts: Collection[bytes], spec: InputSpec) -> str:
    """Return the SHA-256 (hexadecimal) of what decides a guest's predictions.

    Parameters
    ----------
    kind
        Of guest, so that equal bytes read in two ways are two models.
    parts
        Contents of its files, or what stands for them.
    spec
        How it is used.
    """
    hasher = hashlib.sha256(f"{kind} {spec.identity()}".encode())
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.hexdigest()
