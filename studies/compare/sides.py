"""The two sides of a comparison: results folders, and which of their models belong together."""

from dataclasses import replace
from pathlib import Path

from studies.compare.gate import Pair
from studies.core.errors import StudyError
from studies.results.sweep_results import Swept
from studies.store.records import Subject

_ALIKE = ("protocol", "corruptions", "strengths", "seeds")


def parse_side(text: str) -> tuple[Path, str | None]:
    """Read ``DIR`` or ``DIR:MODEL``.

    Raises
    ------
    StudyError
        When there is no such folder.
    """
    if Path(text).is_dir():
        return Path(text), None
    folder, colon, model = text.rpartition(":")
    if colon and model and Path(folder).is_dir():
        return Path(folder), model
    raise StudyError(f"there is no results folder {text}; name one, or a model of it as DIR:MODEL")


def check_alike(baseline: Swept, candidate: Swept) -> None:
    """Make sure that both sides are about the same images and the same corruptions of them.

    Raises
    ------
    StudyError
        When they are not.
    """
    first, second = baseline.subject, candidate.subject
    if first.images != second.images:
        raise StudyError(
            f"{baseline.folder} is about {_images(first)}, and {candidate.folder} about "
            f"{_images(second)}; models can be compared on the same images only"
        )
    for setting in _ALIKE:
        one, other = (_plain(getattr(side.study, setting)) for side in (baseline, candidate))
        if one != other:
            raise StudyError(
                f"the {setting} of {baseline.folder} are {_shown(one)}, and those of "
                f"{candidate.folder} {_shown(other)}; sweep both alike to compare them"
            )


def on_common_ground(baseline: Swept, candidate: Swept) -> tuple[Swept, Swept]:
    """Return both sides with what both of them asked for.

    Adaptive sweeps of different models add different strengths; models are compared at those that
    both sides have, from the clean images to the worst strength.
    """
    first, second = set(baseline.plan), set(candidate.plan)
    return (
        replace(baseline, plan=[item for item in baseline.plan if item in second]),
        replace(candidate, plan=[item for item in candidate.plan if item in first]),
    )


def pairs_of(
    baseline: Swept, first: str | None, candidate: Swept, second: str | None
) -> list[Pair]:
    """Return which models to compare.

    Parameters
    ----------
    baseline, candidate
        The two sides; they may be one.
    first, second
        The models that were named, if any. Otherwise models belong together by their names, or
        because each side has just one.

    Raises
    ------
    StudyError
        When a model is missing, or it is not clear which are meant.
    """
    names, others = list(baseline.digests), list(candidate.digests)
    if first is None and second is None:
        if baseline.folder.resolve() == candidate.folder.resolve():
            raise StudyError(
                f"both sides are {baseline.folder}; say which of its models to compare, as "
                f"{baseline.folder}:{names[0]} {candidate.folder}:{names[-1]}"
            )
        if len(names) == len(others) == 1:
            return [_pair(baseline, names[0], candidate, others[0])]
        return [_pair(baseline, name, candidate, name) for name in names]
    if first is None:
        first = names[0] if len(names) == 1 else second
    if second is None:
        second = others[0] if len(others) == 1 else first
    return [_pair(baseline, str(first), candidate, str(second))]


def _pair(baseline: Swept, first: str, candidate: Swept, second: str) -> Pair:
    for side, model in ((baseline, first), (candidate, second)):
        if model not in side.digests:
            raise StudyError(
                f"there is no model {model!r} in {side.folder}, which has {', '.join(side.digests)}"
            )
    return Pair(first, baseline.digests[first], second, candidate.digests[second])


def _images(subject: Subject) -> str:
    images = subject.images
    return f"{images.count} images of {subject.data} (digest {images.digest[:8]})"


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else value


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in value)
    return "none" if value is None else str(value)
