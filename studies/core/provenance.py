"""The origin of numbers: versions, commit, machine; and whether two processes have the same."""

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from studies.core.errors import StudyError

_PACKAGES = (
    "image-robustness-studies", "numpy", "scipy", "keras", "tensorflow", "tensorflow_cpu", "jax",
    "torch", "scikit-learn", "pillow", "matplotlib", "onnxruntime", "skops",
)  # fmt: skip

_OF_ALL_MODELS = ("image-robustness-studies", "numpy", "scipy")
_ABSENT = "none"

_ENVIRONMENT = ("KERAS_BACKEND",)
"""Variables that decide numbers."""


def package_versions() -> dict[str, str]:
    """Return the versions of the installed packages that numbers may depend on."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def git_state(folder: Path) -> dict[str, str | bool]:
    """Return the commit of a checkout and whether it has changes; empty outside of a checkout."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return {"commit": commit, "dirty": bool(_git(folder, "status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return {}


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    return done.stdout.strip()


def collect(threads: int) -> dict[str, Any]:
    """Return the provenance of a run whose predictions use a number of threads, ready for JSON."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.machine(),
        "threads": threads,
        "folder": str(Path.cwd()),  # to which relative paths refer
        "packages": package_versions(),
        "git": git_state(Path(__file__).parent),
    }


def command_line(arguments: Sequence[str]) -> str:
    """Return the command that starts this package with some arguments."""
    settings = [f"{name}={os.environ[name]}" for name in _ENVIRONMENT if name in os.environ]
    return shlex.join([*settings, Path(sys.executable).name, "-m", "studies", *arguments])


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def required_versions(endings: Collection[str]) -> dict[str, str]:
    """Return the versions in this process that decide the bytes of predictions, by name.

    They are those of Python, of the packages that model files with these endings need, of the
    backend of Keras, and the revision of every corruption.
    """
    import noiselib
    from models.predictors import packages_of

    installed = package_versions()
    packages = [
        *_OF_ALL_MODELS,
        *(name for ending in sorted(endings) for name in packages_of(ending)),
    ]
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    found |= {name: installed.get(name, _ABSENT) for name in packages}
    if ".keras" in endings:
        found["the Keras backend"] = _keras_backend()
    for name, corruption in sorted(noiselib.registry().items()):
        found[f"the corruption {name}"] = f"revision {corruption.revision}"
    return found


def check_versions(expected: Mapping[str, str], endings: Collection[str], worker: str) -> None:
    """Make sure that this process has the `required_versions` of the one that started the sweep.

    Raises
    ------
    StudyError
        With the differences, and the name of this worker.
    """
    here = required_versions(endings)
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
    """Return the array library that Keras will use, without importing Keras."""
    if name := os.environ.get("KERAS_BACKEND"):
        return name
    home = os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser()
    try:
        settings = json.loads((Path(home) / "keras.json").read_text(encoding="utf-8"))
        return str(settings.get("backend", "tensorflow"))
    except (OSError, ValueError):
        return "tensorflow"
