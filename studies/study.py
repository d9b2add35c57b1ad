"""What a study asks: models, corruptions, strengths and seeds, read from TOML."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from studies.errors import StudyError
from studies.mistakes import describe_mistakes
from studies.settings import (
    Corruptions,
    Count,
    Models,
    Seeds,
    Strengths,
    StudyName,
    evenly_spaced,
    is_path,
    model_name,
)

PRESETS = Path(__file__).parent / "presets"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class Study(BaseModel):
    """A question about classifiers: models x corruptions x strengths x seeds on one data set.

    Attributes
    ----------
    name
        Short name of the study; the results folder is named after it.
    data
        Name of a data set, or the path of an ``.npz`` file or of a folder of class folders.
    models
        Architectures, trained on the data with ``training_seed``, or paths of ``.keras`` files.
    corruptions
        Specs in the text form of noiselib, each at its worst strength, kept in canonical form.
    strengths
        Points t on the way from the clean image (0) to the spec itself (1), rising from 0. A
        number n stands for n evenly spaced points.
    seeds
        Corruption seeds. A number n stands for the seeds 0 to n - 1.
    images
        How many test images to use, counted from the first; all when left out.
    training_seed
        Seed of the training of the architectures.
    threads
        Threads that a prediction may use; one a processor when left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: StudyName
    data: Annotated[str, Field(min_length=1)]
    models: Models
    corruptions: Corruptions
    strengths: Strengths = evenly_spaced(11)
    seeds: Seeds = (0, 1, 2)
    images: Count | None = None
    training_seed: Annotated[int, Field(ge=0, lt=2**32, strict=True)] = 0
    threads: Count | None = None

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        counts = Counter(model_name(model) for model in self.models)
        for name, count in counts.items():
            if count > 1:
                raise ValueError(f"models: {count} models are called {name!r}; rename a file")
        return self

    @property
    def data_name(self) -> str:
        """Short name of the data set, fit for a folder: ``mnist`` for ``../data/mnist.npz``."""
        return _NOT_IN_A_NAME.sub("-", Path(self.data).stem).strip("-.") or "data"


def preset_names() -> list[str]:
    """Return the names of the studies that ship with the package, sorted."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def load_study(source: str | Path, overrides: Mapping[str, object] | None = None) -> Study:
    """Read a study from a TOML file or a preset, with some settings replaced.

    Parameters
    ----------
    source
        Path of a TOML file, or the name of a preset. Paths inside a file are taken from the
        file's own folder.
    overrides
        Settings that replace those of the file; paths in them are taken from the working folder.

    Returns
    -------
    Study
        The study, complete and valid.

    Raises
    ------
    StudyError
        When the file is missing or no TOML, or with every mistake in it at once, each with its
        path.
    """
    path = _file_of(source)
    settings = _anchored(_read_toml(path), path.parent) | dict(overrides or {})
    try:
        return Study.model_validate(settings)
    except ValidationError as error:
        raise StudyError(describe_mistakes(str(source), error, list(Study.model_fields))) from None


def default_folder(source: str | Path, study: Study) -> Path:
    """Return where the results of a study go when nobody says: ``results/NAME``.

    Data other than the study file's own has a folder of its own, ``results/NAME-DATA``, because
    one folder holds results on one data set.
    """
    own = _read_toml(_file_of(source)).get("data")
    same = isinstance(own, str) and Path(own).stem == Path(study.data).stem
    return Path("results") / (study.name if same else f"{study.name}-{study.data_name}")


def _file_of(source: str | Path) -> Path:
    return PRESETS / f"{source}.toml" if str(source) in preset_names() else Path(source)


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"there is no study file {path}, and the presets are {', '.join(preset_names())}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"the study file {path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"the study file {path} is not valid TOML: {error}") from None


def _anchored(settings: dict[str, object], folder: Path) -> dict[str, object]:
    """Take the relative paths in a study file from the file's own folder."""
    if isinstance(data := settings.get("data"), str) and (data.endswith(".npz") or "/" in data):
        settings["data"] = str(folder / data)
    if isinstance(models := settings.get("models"), list):
        settings["models"] = [
            str(folder / model) if isinstance(model, str) and is_path(model) else model
            for model in models
        ]
    return settings
