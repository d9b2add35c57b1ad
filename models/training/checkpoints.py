"""The state of a training between two epochs, on disk: whole or not there, and never a pickle."""

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.config import TrainingError

Arrays = Sequence[NDArray[Any]]
GROUPS = ("model", "optimizer", "best")


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Everything that the next epoch depends on.

    Parameters
    ----------
    model
        Every variable of the network: weights, statistics, states of random generators.
    optimizer
        Every variable of the optimizer: step, learning rate, moments.
    best
        The weights of the best epoch so far; empty without early stopping.
    course
        The rest, fit for JSON: history, patience, seconds.
    """

    model: Arrays
    optimizer: Arrays
    best: Arrays = ()
    course: dict[str, Any] = field(default_factory=dict)


class Checkpoint:
    """One file that holds the state of one training after its last complete epoch.

    Parameters
    ----------
    path
        An ``.npz`` file in a folder that exists.
    identity
        What decides the training, by name; a file with another identity is refused.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        self.path = path
        self._partial = _partial(path)
        self._identity = json.loads(json.dumps(identity))

    def read(self) -> TrainingState | None:
        """Return the state in the file, or None when there is no file.

        Raises
        ------
        TrainingError
            When the file is damaged, or belongs to another training.
        """
        try:
            # opened here, because numpy leaves a damaged file open
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                about = json.loads(str(archive["about"]))
                groups = {
                    group: [archive[f"{group}{index}"] for index in range(about["counts"][group])]
                    for group in GROUPS
                }
                found, course = about["identity"], about["course"]
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, TypeError,
                zipfile.BadZipFile, zlib.error) as error:  # fmt: skip
            raise TrainingError(
                f"the checkpoint {self.path} is damaged; delete it to train from the beginning"
            ) from error
        if found != self._identity:
            raise TrainingError(self._refusal(found, epochs=len(course["history"])))
        return TrainingState(**groups, course=course)

    def write(self, state: TrainingState) -> None:
        """Put a state in place of the last one; a crash leaves either the one or the other.

        Raises
        ------
        TrainingError
            When the file cannot be written; the last one then stays.
        """
        counts = {group: len(getattr(state, group)) for group in GROUPS}
        about = {"identity": self._identity, "counts": counts, "course": state.course}
        arrays = {
            f"{group}{index}": array
            for group in GROUPS
            for index, array in enumerate(getattr(state, group))
        }
        try:
            np.savez(self._partial, about=np.array(json.dumps(about)), **arrays)
            self._partial.replace(self.path)
        except OSError as error:
            self._partial.unlink(missing_ok=True)
            raise TrainingError(
                f"the checkpoint {self.path} cannot be written: {error.strerror or error}"
            ) from error

    def _refusal(self, found: Mapping[str, Any], epochs: int) -> str:
        """Say how the training in the file differs."""
        there, here = _flat(found), _flat(self._identity)
        differing = [
            f"{name} {there.get(name, 'nothing')} there and {here.get(name, 'nothing')} here"
            for name in sorted({*there, *here})
            if there.get(name) != here.get(name)
        ]
        return (
            f"{self.path} holds epoch {epochs} of another training ({'; '.join(differing)}); go on "
            "with that one, choose another output, or delete the file to train from the beginning"
        )


def discard(path: Path) -> None:
    """Delete a checkpoint, if there is one, and what a crash may have left of its successor."""
    path.unlink(missing_ok=True)
    _partial(path).unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.stem}.partial.npz")


def _flat(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings under their own names, and digests short enough to read."""
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        if isinstance(value, dict):
            flat |= value
        else:
            flat[name] = value[:12] if isinstance(value, str) and "digest" in name else value
    return flat
