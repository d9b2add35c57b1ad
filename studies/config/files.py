"""Study files and presets: from TOML to a complete and valid study."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from models.data import endings
from models.validation_messages import validation_message
from studies.config.study import BaseStudy, Study
from studies.config.validators import is_path
from studies.core.errors import StudyError

PRESETS = Path(__file__).parents[1] / "presets"
Kind = Literal["sweep", "matrix"]
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def preset_names(kind: Kind = "sweep") -> list[str]:
    """Return the sorted names of the preset studies of a kind."""
    return sorted(path.stem for path in PRESETS.glob("*.toml") if _kind(_read_toml(path)) == kind)


def load_study(source: str | Path, overrides: Mapping[str, object] | None = None) -> Study:
    """Return a valid study from a TOML file or a preset, with some settings replaced.

    Parameters
    ----------
    source : str or Path
        Path of a TOML file, or the name of a preset. Paths inside a file are relative to its
        folder.
    overrides : mapping, optional
        Settings that replace those of the file; paths in them are relative to the working folder.
        A protocol replaces corruptions and strengths, and corruptions replace a protocol.

    Raises
    ------
    StudyError
        When the file is missing or no TOML; or with all errors in it at once, each with its path.
    """
    settings = _replaced(read_settings(source), overrides or {})
    try:
        return Study.model_validate(settings)
    except ValidationError as error:
        raise StudyError(
            validation_message(f"study {source}", error, list(Study.model_fields))
        ) from None


def read_settings(source: str | Path, kind: Kind = "sweep") -> dict[str, Any]:
    """Return the settings in a study file or a preset, with paths relative to the working folder.

    Parameters
    ----------
    source : str or Path
        Path of a TOML file, or the name of a preset.
    kind : str
        Which kind of study; a train-by-test matrix has its settings in a table ``[matrix]``.

    Raises
    ------
    StudyError
        When the file is missing, no TOML, or a study of another kind.
    """
    preset = PRESETS / f"{source}.toml"
    path = preset if preset.parent == PRESETS and preset.is_file() else Path(source)
    settings = _read_toml(path, kind)
    other = _kind(settings)
    if other != kind:
        raise StudyError(
            f"the study file {source} is a {other}, not a {kind}; it runs with `python -m studies "
            f"{other} {source}`"
        )
    if isinstance(table := settings.get("matrix"), dict):
        return settings | {"matrix": _anchored(table, path.parent)}
    return _anchored(settings, path.parent)


def _kind(settings: Mapping[str, object]) -> Kind:
    return "matrix" if isinstance(settings.get("matrix"), dict) else "sweep"


def default_folder(source: str | Path, study: BaseStudy) -> Path:
    """Return the results folder of a study when none is given: ``results/NAME``.

    Data other than that of the study file has its own folder, ``results/NAME-DATA``, because one
    folder holds results on one data set.
    """
    settings = read_settings(source, "sweep" if isinstance(study, Study) else "matrix")
    own = settings.get("matrix", settings).get("data")
    same = isinstance(own, str) and Path(own).stem == Path(study.data).stem
    short = _NOT_IN_A_NAME.sub("-", Path(study.data).stem).strip("-.") or "data"
    return Path("results") / (study.name if same else f"{study.name}-{short}")


def _read_toml(path: Path, kind: Kind = "sweep") -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"there is no study file {path}, and the presets are {', '.join(preset_names(kind))}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"the study file {path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"the study file {path} is not valid TOML: {error}") from None


def _replaced(settings: dict[str, Any], overrides: Mapping[str, object]) -> dict[str, Any]:
    """Replace settings, and drop those that the new ones exclude; no override drops another."""
    excluded: set[str] = set()
    if "protocol" in overrides:
        excluded |= {"corruptions", "strengths", "tolerance"}
    if "corruptions" in overrides:
        excluded |= {"protocol", "reference"}
    if "strengths" in overrides:
        excluded.add("tolerance")
    kept = {name: value for name, value in settings.items() if name not in excluded}
    return kept | dict(overrides)


def _anchored(settings: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Resolve the relative paths in a study file against its folder."""
    if isinstance(data := settings.get("data"), str):
        path = folder / data
        if data.endswith(endings()) or "/" in data or (data and path.is_dir()):
            settings["data"] = str(path)
    if isinstance(models := settings.get("models"), list):
        settings["models"] = [
            str(folder / model) if isinstance(model, str) and is_path(model) else model
            for model in models
        ]
    return settings
