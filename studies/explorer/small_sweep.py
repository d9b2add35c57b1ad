"""What is asked for by the form of a small sweep, as a study."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.config.validators import is_external, is_path, model_name
from studies.core.errors import StudyError

if TYPE_CHECKING:
    from studies.config.study import Study

FIRST_CHOICE = ("gaussian_noise", "rotation")
"""The corruptions that the form begins with."""

MOST_CELLS = 5000
"""A sweep from the page is small; a larger one is better typed into a terminal."""


def free_name(root: Path) -> str:
    """Return ``sweep-1``, or the first number after it of which there is no folder."""
    number = 1
    while (root / f"sweep-{number}").exists():
        number += 1
    return f"sweep-{number}"


def model_sources(study: "Study", folder: Path) -> dict[str, str]:
    """Return where the models at hand are, by name: files that are trained need not be again."""
    sources = {}
    for model in study.models:
        trained = folder.absolute() / "models" / f"{model}.keras"
        if is_external(model):
            sources[model_name(model)] = str(Path(model).absolute()) if is_path(model) else model
        else:
            sources[model] = str(trained) if trained.is_file() else model
    return sources


def data_source(study: "Study") -> str:
    """Return the data so that it is found from any folder."""
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
) -> "Study":
    """Return the study that a form asks for.

    Parameters
    ----------
    name
        Of the study, and of its folder.
    data, models, corruptions
        As in a study file.
    strengths, seeds, images
        How many of each; None where the field is empty, which for images means all.

    Raises
    ------
    StudyError
        With every mistake, each with the name of its field; or when it would be no small sweep.
    """
    from pydantic import ValidationError

    from models.validation_messages import validation_message
    from studies.config.study import Study

    settings = {
        "name": name,
        "data": data,
        "models": list(models),
        "corruptions": list(corruptions),
        "strengths": _whole("strengths", strengths),
        "seeds": _whole("seeds", seeds),
        "images": None if images is None else _whole("images", images),
    }
    try:
        study = Study.model_validate(settings)
    except ValidationError as error:
        raise StudyError(
            validation_message("this sweep", error, list(Study.model_fields))
        ) from None
    cells = cells_of(study)
    if cells > MOST_CELLS:
        raise StudyError(
            f"that would be {cells:,} cells, and from the page at most {MOST_CELLS:,} can be "
            "asked for; take fewer corruptions, strengths or seeds, or `python -m studies sweep`"
        )
    return study


def cells_of(study: "Study") -> int:
    """Return how many cells a study has, if no two of its models are one."""
    from studies.plan import conditions_in_order, plan_points

    return len(conditions_in_order(plan_points(study))) * len(study.models)


def _whole(field: str, number: float | None) -> int:
    if number is None or number != int(number):
        got = "nothing" if number is None else f"{number:g}"
        raise StudyError(f"{field}: a whole number is needed, got {got}")
    return int(number)
