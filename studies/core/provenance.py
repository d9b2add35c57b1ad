"""Where numbers come from: versions, commit, machine."""

import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = (
    "image-robustness-studies",
    "numpy",
    "scipy",
    "keras",
    "tensorflow",
    "tensorflow_cpu",
    "jax",
    "torch",
    "scikit-learn",
    "pillow",
    "matplotlib",
    "onnxruntime",
    "skops",
)

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
    """Return the commit of a checkout and whether it has changes; nothing outside of one."""
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        return {"commit": commit, "dirty": bool(_git(folder, "status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return {}


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - fixed words, no shell
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own git
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    return done.stdout.strip()


def gather(threads: int) -> dict[str, Any]:
    """Return everything worth knowing about where a sweep ran.

    Parameters
    ----------
    threads
        Threads that a prediction may use.

    Returns
    -------
    dict
        JSON-ready: Python, packages, git commit and dirty flag (in a checkout), machine, threads,
        and the working folder, from which relative paths are taken.
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.machine(),
        "threads": threads,
        "folder": str(Path.cwd()),
        "packages": package_versions(),
        "git": git_state(Path(__file__).parent),
    }


def command_line(arguments: Sequence[str]) -> str:
    """Return what to type to start this package with some arguments again."""
    settings = [f"{name}={os.environ[name]}" for name in _ENVIRONMENT if name in os.environ]
    return shlex.join([*settings, Path(sys.executable).name, "-m", "studies", *arguments])


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
