"""What trainings and tests are called."""

from collections import Counter
from collections.abc import Sequence

CLEAN = "clean"
ALL = "all"
CLEAN_AND_ALL = "clean and all"
RESERVED = (CLEAN, ALL, CLEAN_AND_ALL, "mean", "worst")


def labels_of(corruptions: Sequence[str]) -> dict[str, str]:
    """Return spec -> short name: ``gaussian noise``, ``zoom | fog``; the spec where two agree.

    Parameters
    ----------
    corruptions
        Canonical specs.
    """
    short = {spec: _short(spec) for spec in corruptions}
    often = Counter(short.values())
    return {
        spec: name if often[name] == 1 and name not in RESERVED else spec
        for spec, name in short.items()
    }


def _short(spec: str) -> str:
    import noiselib
    from noiselib import Corruption, Pipeline

    transform = noiselib.parse(spec)
    stages = transform.stages if isinstance(transform, Pipeline) else (transform,)
    names = [stage.name if isinstance(stage, Corruption) else str(stage) for stage in stages]
    return " | ".join(name.replace("_", " ") for name in names)
