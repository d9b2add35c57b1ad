"""The kinds of settings that a study has, each with its rules."""

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from studies.stats.curves import COARSEST, FINEST, START, TOLERANCE

AUTO = "auto"
"""What stands in place of strengths that are to be found by the sweep itself."""


def is_path(model: str) -> bool:
    """Tell whether a model is named by its file, as ``a/b.keras`` or ``b.onnx``."""
    from models.predictors import known_endings

    return model.endswith(known_endings()) or "/" in model or "\\" in model


def is_guest(model: str) -> bool:
    """Tell whether a model is a file or ``package.module:function`` rather than an architecture."""
    from models.predictors import is_function

    return is_path(model) or is_function(model)


def model_name(model: str) -> str:
    """Return the short name of a model: its architecture, function, or file without ending."""
    from models.predictors import source_name

    return source_name(model) if is_guest(model) else model


def _known_model(model: str) -> str:
    from models import architectures
    from models.predictors import describe_endings

    if not model:
        raise ValueError("the name of a model must not be empty")
    if not is_guest(model) and model not in architectures.names():
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
        near = get_close_matches(name, NAMES, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(NAMES)}"
        raise ValueError(f"no protocol is called {name!r}; {hint}")
    return name


def evenly_spaced(number: int) -> tuple[float, ...]:
    """Return so many strengths from 0 to 1 in equal steps; at least 2."""
    return tuple(step / (number - 1) for step in range(number))


def _counted_strengths(strengths: object) -> object:
    if strengths == AUTO:  # where the study spelled out no tolerance, as with a wrong protocol
        return START
    if isinstance(strengths, str | float):
        raise ValueError(f'strengths are a number, a list or "{AUTO}", got {strengths!r}')  # noqa: TRY004 - pydantic gathers these
    if isinstance(strengths, bool) or not isinstance(strengths, int):
        return strengths
    if not 2 <= strengths <= 1001:
        raise ValueError(f"the number of strengths must lie in [2, 1001], got {strengths}")
    return evenly_spaced(strengths)


def begin_adaptively(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a study with `AUTO` spelled out: where to start, and a tolerance."""
    tolerance = settings.get("tolerance")
    chosen = TOLERANCE if tolerance is None else tolerance
    return {**settings, "strengths": START, "tolerance": chosen}


def _tolerable(tolerance: float) -> float:
    if not FINEST <= tolerance <= COARSEST:
        raise ValueError(
            f"a tolerance is a part of the path in [{FINEST:g}, {COARSEST:g}], got {tolerance:g}"
        )
    return tolerance


def _rising_from_zero(strengths: tuple[float, ...]) -> tuple[float, ...]:
    rising = all(low < high for low, high in pairwise(strengths))
    if len(strengths) < 2 or strengths[0] != 0 or not rising or strengths[-1] > 1:
        raise ValueError(
            "strengths must rise from 0 (the clean images) to at most 1 and be two or more, "
            f"got {list(strengths)}"
        )
    return strengths


def _counted_seeds(seeds: object) -> object:
    if isinstance(seeds, str | float):
        raise ValueError(f"seeds are a number or a list, got {seeds!r}")  # noqa: TRY004 - as above
    if isinstance(seeds, bool) or not isinstance(seeds, int):
        return seeds
    if not 1 <= seeds <= 1000:
        raise ValueError(f"the number of seeds must lie in [1, 1000], got {seeds}")
    return tuple(range(seeds))


def _different(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("at least one is needed, got none")
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"{', '.join(map(str, twice))} is given more than once")
    return values


def _differently_named(models: tuple[str, ...]) -> tuple[str, ...]:
    for name, count in Counter(map(model_name, models)).items():
        if count > 1:
            raise ValueError(f"{count} models are called {name!r}; rename one")
    return models


def _inside_zero_and_one(threshold: float) -> float:
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold is an accuracy in (0, 1), got {threshold:g}")
    return threshold


StudyName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]

Models = Annotated[
    tuple[Annotated[str, AfterValidator(_known_model)], ...],
    AfterValidator(_different),
    AfterValidator(_differently_named),
]

ProtocolName = Annotated[str, AfterValidator(_known_protocol)]

Corruptions = Annotated[
    tuple[Annotated[str, AfterValidator(_canonical_spec)], ...], AfterValidator(_different)
]

Strengths = Annotated[
    tuple[float, ...], BeforeValidator(_counted_strengths), AfterValidator(_rising_from_zero)
]

Seeds = Annotated[
    tuple[Annotated[int, Field(ge=0, lt=2**63, strict=True)], ...],
    BeforeValidator(_counted_seeds),
    AfterValidator(_different),
]

Threshold = Annotated[float, AfterValidator(_inside_zero_and_one)]

Tolerance = Annotated[float, AfterValidator(_tolerable)]

Count = Annotated[int, Field(ge=1, lt=2**31, strict=True)]
