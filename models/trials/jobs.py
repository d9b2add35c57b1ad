"""What the training commands read: TOML files, and options that replace their settings."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.data import endings
from models.training.config import TrainConfig, TrainingError
from models.validation_messages import validation_message


class TrainingJob(BaseModel):
    """What to train on which data.

    Attributes
    ----------
    data : str
        See `models.data.load`; a path in a file is relative to the folder of the file.
    augment : str or None
        ``module:function``, or what else the command takes.
    threads : int or None
        Number of threads to compute with; None is one for each processor.
    training : TrainConfig
        The settings of the training.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Annotated[str, Field(min_length=1)] = "digits"
    augment: Annotated[str, Field(min_length=1)] | None = None
    threads: Annotated[int, Field(ge=1)] | None = None
    training: TrainConfig


Job = TypeVar("Job", bound=TrainingJob)


def load_job(kind: type[Job], file: Path | None, options: Mapping[str, Any]) -> Job:
    """Read a job from a file, from options, or from both.

    Parameters
    ----------
    kind : type of TrainingJob
        `TrainingJob`, or a class with more settings.
    file : Path or None
        A TOML file; None for options alone.
    options : mapping of str
        Replace settings of the file; those of the table ``training`` have their own names. None is
        no option.

    Returns
    -------
    TrainingJob
        An instance of `kind`.

    Raises
    ------
    TrainingError
        When the file is missing or not TOML; or with all invalid settings, each with its path.
    """
    settings = {} if file is None else _read(file)
    training = settings.get("training", {})
    given = {name: value for name, value in options.items() if value is not None}
    training_options = {
        name: value for name, value in given.items() if name in TrainConfig.model_fields
    }
    settings |= {name: value for name, value in given.items() if name not in training_options}
    if isinstance(training, dict):
        training = {**training, **training_options}
    settings["training"] = training
    try:
        return kind.model_validate(settings)
    except ValidationError as error:
        what = "the options" if file is None else str(file)
        raise TrainingError(validation_message(what, error, _paths(kind))) from None


def _read(file: Path) -> dict[str, Any]:
    """Read a TOML file; paths in it are relative to its folder."""
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrainingError(f"there is no file {file}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{file} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{file} is not valid TOML: {error}") from None
    data = settings.get("data")
    if isinstance(data, str) and (data.endswith(endings()) or "/" in data):
        settings["data"] = str(file.parent / data)
    return settings


def _paths(kind: type[TrainingJob]) -> list[str]:
    """Return the paths of all settings, for suggestions."""
    return [*kind.model_fields, *(f"training.{name}" for name in TrainConfig.model_fields)]
