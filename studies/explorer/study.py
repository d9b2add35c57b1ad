"""The study that is explored, small sweeps of its data and models, and their folders."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from studies.config.files import default_folder, load_study
from studies.config.study import Study
from studies.config.validators import is_external, is_path, model_name
from studies.core.errors import StudyError
from studies.core.files import write_atomically
from studies.store.store import FILE_NAME, Store

QUICKSTART = "quickstart"
RUN_SETTINGS = ("data", "models", "training_seed")

MAX_CELLS = 5000
"""Limit of a sweep from the page; larger ones belong on the command line."""


def study_to_explore(folder: Path | None, overrides: Mapping[str, object]) -> tuple[Study, Path]:
    """Return the study whose data and models are explored, and its results folder.

    These are the data and the models of the last run in the folder, or those of the quick start
    if the folder has no run.

    Parameters
    ----------
    folder : Path or None
        A results folder, or None for that of the quick start.
    overrides : mapping of str to object
        Settings that replace those of the run: ``data`` and ``models``.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError
        When the folder is damaged, a setting is wrong, or data or a model cannot be found.
    """
    folder = folder or default_folder(QUICKSTART, load_study(QUICKSTART, overrides))
    study = load_study(QUICKSTART, {**_last_run(folder), **overrides})
    _check_sources(study)
    return study, folder


def _last_run(folder: Path) -> dict[str, object]:
    """Return the data and models of the last run in a results folder, if there is one."""
    if not (folder / FILE_NAME).exists():
        return {}
    with Store(folder) as store:
        runs = store.runs()
    return {name: runs[-1].study[name] for name in RUN_SETTINGS} if runs else {}


def _check_sources(study: Study) -> None:
    """Raise for data and models that do not exist, before anything is read."""
    from models.data import load, names
    from models.predictors import existing_file

    if study.data not in names() and not Path(study.data).expanduser().exists():
        load(study.data)  # raises with the reason
    for model in filter(is_path, study.models):
        existing_file(model)


def results_root(folder: Path) -> Path:
    """Return the folder of all results folders: the given one, or else its parent."""
    folder = folder.absolute()
    return folder if any(folder.glob(f"*/{FILE_NAME}")) else folder.parent


def list_folders(folder: Path) -> dict[str, Path]:
    """Return the results folders beside and in a folder by name, that of the last sweep first.

    Folders without a sweep are left out. Damaged ones come last; opening them raises.
    """
    root = results_root(folder)
    files = {file for pattern in ("", "*/", "*/*/") for file in root.glob(f"{pattern}{FILE_NAME}")}
    started = [(time, file) for file in sorted(files) if (time := _last_start(file)) is not None]
    latest = sorted(started, key=lambda item: item[0], reverse=True)
    return {_name(file.parent, root): file.parent for _, file in latest}


def _last_start(file: Path) -> str | None:
    """Return when the last sweep started: None without a sweep, "" for a damaged database."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT started FROM runs ORDER BY id DESC").fetchone()
    except sqlite3.Error:
        return ""
    return None if row is None else str(row[0])


def _name(path: Path, root: Path) -> str:
    return root.name if path == root else path.relative_to(root).as_posix()


def model_sources(study: Study, folder: Path) -> dict[str, str]:
    """Return where each model of a study is found: its trained file, if there is one."""
    sources = {}
    for model in study.models:
        trained = folder.absolute() / "models" / f"{model}.keras"
        if is_external(model):
            sources[model_name(model)] = str(Path(model).absolute()) if is_path(model) else model
        else:
            sources[model] = str(trained) if trained.is_file() else model
    return sources


def data_source(study: Study) -> str:
    """Return the data of a study, as an absolute path if it is one."""
    path = Path(study.data).expanduser()
    return str(path.absolute()) if path.exists() else study.data


def small_study(
    *,
    name: str,
    data: str,
    models: Sequence[str],
    corruptions: Sequence[str],
    strengths: float | None,
    seeds: float | None,
    images: float | None,
) -> Study:
    """Return the validated study that the form of a small sweep describes.

    Parameters
    ----------
    name, data : str
    models, corruptions : sequence of str
    strengths, seeds, images : float or None
        How many of each; None for an empty field, which means all images.

    Raises
    ------
    StudyError
        With every mistake and the name of its field, or when the sweep has too many cells.
    """
    from pydantic import ValidationError

    from models.validation_messages import validation_message

    settings = {
        "name": name,
        "data": data,
        "models": list(models),
        "corruptions": list(corruptions),
        "strengths": _whole_number("strengths", strengths),
        "seeds": _whole_number("seeds", seeds),
        "images": None if images is None else _whole_number("images", images),
    }
    try:
        study = Study.model_validate(settings)
    except ValidationError as error:
        message = validation_message("this sweep", error, list(Study.model_fields))
        raise StudyError(message) from None
    if (cells := count_cells(study)) > MAX_CELLS:
        raise StudyError(
            f"this sweep has {cells:,} cells, and a sweep from the page at most {MAX_CELLS:,}; "
            "choose fewer corruptions, strengths or seeds, or use `python -m studies sweep`"
        )
    return study


def count_cells(study: Study) -> int:
    """Return the number of cells of a study whose models all differ."""
    from studies.plan import conditions_in_order, plan_points

    return len(conditions_in_order(plan_points(study))) * len(study.models)


def _whole_number(field: str, number: float | None) -> int:
    if number is None or number != int(number):
        got = "nothing" if number is None else f"{number:g}"
        raise StudyError(f"{field}: a whole number is needed, got {got}")
    return int(number)


def to_toml(study: Study) -> str:
    """Return the settings of a study as a study file; paths are not changed."""
    settings = study.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    # TOML and JSON write strings, numbers and lists in the same way.
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())


def write_study_file(study: Study, folder: Path) -> Path:
    """Write the study file of a new sweep to its folder, or return that of the same sweep.

    Raises
    ------
    StudyError
        When the folder has other contents or cannot be written.
    """
    file, settings = folder / "study.toml", to_toml(study)
    try:
        same = file.is_file() and file.read_text(encoding="utf-8") == settings
        if folder.is_dir() and any(folder.iterdir()) and not same:
            raise StudyError(f"{folder} has other contents; choose another name")
        return write_atomically(file, settings.encode())
    except OSError as error:
        raise StudyError(f"{folder} cannot be written: {error.strerror}") from None
