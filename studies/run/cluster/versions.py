"""What must be the same on every machine, so that all of them give the same bytes."""

import json
import os
import platform
from collections.abc import Collection, Mapping
from pathlib import Path

from studies.core import provenance
from studies.core.errors import StudyError

_ALWAYS = ("image-robustness-studies", "numpy", "scipy")
_ABSENT = "none"


def versions(endings: Collection[str]) -> dict[str, str]:
    """Return what the numbers of some kinds of models depend on, as it is in this process.

    Parameters
    ----------
    endings
        Of the model files, as ``.keras``; functions have none.

    Returns
    -------
    dict
        Python, packages, the backend of Keras and the revision of every corruption: what it is
        called -> which one.
    """
    import noiselib
    from models.predictors import packages_of

    installed = provenance.package_versions()
    packages = [*_ALWAYS, *(name for ending in sorted(endings) for name in packages_of(ending))]
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: installed.get(name, _ABSENT) for name in packages}
    if ".keras" in endings:
        found["the Keras backend"] = _keras_backend()
    for name, corruption in sorted(noiselib.registry().items()):
        found[f"the corruption {name}"] = f"revision {corruption.revision}"
    return found


def check_versions(expected: Mapping[str, str], endings: Collection[str], worker: str) -> None:
    """Make sure that this process has what the sweep was started with.

    Parameters
    ----------
    expected
        From `versions`, where the sweep was started.
    endings
        As for `versions`.
    worker
        What to call this process.

    Raises
    ------
    StudyError
        With every difference.
    """
    here = versions(endings)
    different = [
        f"{name} {here.get(name, _ABSENT)} instead of {expected.get(name, _ABSENT)}"
        for name in dict.fromkeys([*expected, *here])
        if here.get(name) != expected.get(name)
    ]
    if different:
        raise StudyError(
            f"worker {worker} has {', '.join(different[:5])}"
            f"{f' and {len(different) - 5} other differences' if len(different) > 5 else ''}; "
            "install there what is installed here, and type the same command again"
        )


def _keras_backend() -> str:
    """Return the array library that Keras will use, without starting it."""
    if name := os.environ.get("KERAS_BACKEND"):
        return name
    home = os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser()
    try:
        settings = json.loads((Path(home) / "keras.json").read_text(encoding="utf-8"))
        return str(settings.get("backend", "tensorflow"))
    except (OSError, ValueError):
        return "tensorflow"
