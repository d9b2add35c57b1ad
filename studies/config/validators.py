"""The types of the settings of a study, each with its validation."""

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from studies.core.errors import suggestion
from studies.stats.curves import COARSEST, FINEST, START, TOLERANCE

AUTO = "auto"
"""The value of ``strengths`` for which the sweep chooses the strengths itself."""


def is_path(model: str) -> bool:
    """Return whether a model is named by its file, such as ``a/b.keras`` or ``b.onnx``."""
    from models.predictors import known_endings

    return model.endswith(known_endings()) or "/" in model or "\\" in model


def is_external(model: str) -> bool:
    """Return whether a model is a file or ``package.module:function``, and no architecture."""
    from models.predictors import is_function

    return is_path(model) or is_function(model)


def model_name(model: str) -> str:
    """Return the short name of a model: its architecture, function, or file without ending."""
    from models.predictors import source_name

    return source_name(model) if is_external(model) else model


def _known_model(model: str) -> str:
    from models import architectures
    from models.predictors import describe_endings

    if not model:
        raise ValueError("the name of a model must not be empty")
    if not is_external(model) and model not in architectures.names():
        near = get_close_matches(model, architectures.names(), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"no architecture is called {model!r}; {hint}`python -m models list` shows them; or "
            f"name a {describe_endings()} file, or package.module:function"
        )
    if is_path(model) and not Path(model).is_file():
        raise ValueError(f"there is no model file {model}")
    return model


def _canonical_spec(text: str) -> str:
    import noiselib

    transform = noiselib.parse(text)
    if transform.is_identity:
        raise ValueError(f"{text!r} changes nothing, so there is no strength to sweep")
    return str(transform)


def _known_protocol(name: str) -> str:
    from noiselib.protocols import NAMES

    if name not in NAMES:
        raise ValueError(f"no protocol is called {name!r}; {suggestion(name, NAMES)}")
    return name


def evenly_spaced(number: int) -> tuple[float, ...]:
    """Return a number of strengths, at least 2, from 0 to 1 in equal steps."""
    return tuple(step / (number - 1) for step in range(number))


def number_in_range(name: str, number: int, low: int, high: int) -> int:
    """Return a number of settings of a name, or raise ValueError when it is out of range."""
    if not low <= number <= high:
        raise ValueError(f"the number of {name} must lie in [{low}, {high}], got {number}")
    return number


def _expanded_strengths(strengths: object) -> object:
    if strengths == AUTO:  # where `expand_auto` did not, as with an unknown protocol
        return START
    if isinstance(strengths, str | float):
        raise ValueError(f'strengths are a number, a list or "{AUTO}", got {strengths!r}')  # noqa: TRY004 - pydantic collects these
    if isinstance(strengths, bool) or not isinstance(strengths, int):
        return strengths
    return evenly_spaced(number_in_range("strengths", strengths, 2, 1001))


def expand_auto(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with the first strengths and a tolerance in place of `AUTO`."""
    tolerance = settings.get("tolerance")
    chosen = TOLERANCE if tolerance is None else tolerance
    return {**settings, "strengths": START, "tolerance": chosen}


def _tolerance_in_range(tolerance: float) -> float:
    if not FINEST <= tolerance <= COARSEST:
        raise ValueError(
            f"a tolerance is a fraction of the severity range in [{FINEST:g}, {COARSEST:g}], "
            f"got {tolerance:g}"
        )
    return tolerance


def _increasing_from_zero(strengths: tuple[float, ...]) -> tuple[float, ...]:
    increasing = all(low < high for low, high in pairwise(strengths))
    if len(strengths) < 2 or strengths[0] != 0 or not increasing or strengths[-1] > 1:
        raise ValueError(
            "strengths must increase from 0 (the clean images) to at most 1 and be two or more, "
            f"got {list(strengths)}"
        )
    return strengths


def _expanded_seeds(seeds: object) -> object:
    if isinstance(seeds, str | float):
        raise ValueError(f"seeds are a number or a list, got {seeds!r}")  # noqa: TRY004 - as above
    if isinstance(seeds, bool) or not isinstance(seeds, int):
        return seeds
    return tuple(range(number_in_range("seeds", seeds, 1, 1000)))


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("at least one is needed, got none")
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"{', '.join(map(str, twice))} is given more than once")
    return values


def _unique_names(models: tuple[str, ...]) -> tuple[str, ...]:
    for name, count in Counter(map(model_name, models)).items():
        if count > 1:
            raise ValueError(f"{count} models are called {name!r}; rename one")
    return models


def _accuracy_in_range(threshold: float) -> float:
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold is an accuracy in (0, 1), got {threshold:g}")
    return threshold


StudyName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]

Models = Annotated[
    tuple[Annotated[str, AfterValidator(_known_model)], ...],
    AfterValidator(_unique),
    AfterValidator(_unique_names),
]

ProtocolName = Annotated[str, AfterValidator(_known_protocol)]

Corruptions = Annotated[
    tuple[Annotated[str, AfterValidator(_canonical_spec)], ...], AfterValidator(_unique)
]

Strengths = Annotated[
    tuple[float, ...], BeforeValidator(_expanded_strengths), AfterValidator(_increasing_from_zero)
]

Seeds = Annotated[
    tuple[Annotated[int, Field(ge=0, lt=2**63, strict=True)], ...],
    BeforeValidator(_expanded_seeds),
    AfterValidator(_unique),
]

Threshold = Annotated[float, AfterValidator(_accuracy_in_range)]

Tolerance = Annotated[float, AfterValidator(_tolerance_in_range)]

Count = Annotated[int, Field(ge=1, lt=2**31, strict=True)]
