"""What the training commands read from TOML, with flags in place of settings."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.training.config import TrainConfig, TrainingError
from models.validation_messages import validation_message


class TrainingJob(BaseModel):
    """What to train on what.

    Parameters
    ----------
    data
        See `models.data.load`; in a file, a path is taken from the file's own folder.
    augment
        In words: ``module:function``, or what the command takes.
    threads
        To compute with; one a processor when None.
    training
        How.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Annotated[str, Field(min_length=1)] = "digits"
    augment: Annotated[str, Field(min_length=1)] | None = None
    threads: Annotated[int, Field(ge=1)] | None = None
    training: TrainConfig


Job = TypeVar("Job", bound=TrainingJob)


def load_job(kind: type[Job], file: Path | None, flags: Mapping[str, Any]) -> Job:
    """Read a job from a file, flags, or both, where flags win.

    Parameters
    ----------
    kind
        `TrainingJob`, or a job with more settings.
    file
        TOML, or None for flags alone.
    flags
        By setting, those of the table ``training`` under their own names; None is not given.

    Raises
    ------
    TrainingError
        When the file is missing or no TOML, or with every mistake at once, each with its path.
    """
    settings = {} if file is None else _read(file)
    training = settings.get("training", {})
    given = {name: value for name, value in flags.items() if value is not None}
    mine = {name: value for name, value in given.items() if name in TrainConfig.model_fields}
    settings |= {name: value for name, value in given.items() if name not in mine}
    settings["training"] = {**training, **mine} if isinstance(training, dict) else training
    try:
        return kind.model_validate(settings)
    except ValidationError as error:
        what = "the options" if file is None else str(file)
        raise TrainingError(validation_message(what, error, _paths(kind))) from None


def _read(file: Path) -> dict[str, Any]:
    """Read a TOML file, paths in it taken from its own folder."""
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrainingError(f"there is no file {file}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{file} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{file} is not valid TOML: {error}") from None
    data = settings.get("data")
    if isinstance(data, str) and (data.endswith(".npz") or "/" in data):
        settings["data"] = str(file.parent / data)
    return settings


def _paths(kind: type[TrainingJob]) -> list[str]:
    """Return the paths of all settings, for suggestions."""
    return [*kind.model_fields, *(f"training.{name}" for name in TrainConfig.model_fields)]
