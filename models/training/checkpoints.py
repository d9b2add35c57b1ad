"""The state of a training after an epoch, in a file that holds no pickle."""

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
_CALLBACK = "course"
"""Key of the state of the callback in the file, as earlier versions wrote it."""


@dataclass(frozen=True, eq=False)
class TrainingState:
    """Everything that the next epoch depends on.

    Attributes
    ----------
    model : sequence of ndarray
        Every variable of the network: weights, statistics, states of random generators.
    optimizer : sequence of ndarray
        Every variable of the optimizer: step, learning rate, moments.
    best : sequence of ndarray
        The weights of the best epoch so far; empty without early stopping.
    callback : dict
        The state of the training callback, as JSON types: history, patience, seconds.
    """

    model: Arrays
    optimizer: Arrays
    best: Arrays = ()
    callback: dict[str, Any] = field(default_factory=dict)


class Checkpoint:
    """A file with the state of one training after its last complete epoch.

    Parameters
    ----------
    path : Path
        An ``.npz`` file in an existing folder.
    identity : mapping of str
        What decides the training; a file with another identity is not read.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        self.path = path
        self._partial = _partial(path)
        self._identity = json.loads(json.dumps(identity))

    def read(self) -> TrainingState | None:
        """Read the state from the file.

        Returns
        -------
        TrainingState or None
            None when there is no file.

        Raises
        ------
        TrainingError
            When the file is damaged, or belongs to another training.
        """
        try:
            # Opened here, because numpy leaves a damaged file open.
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                about = json.loads(str(archive["about"]))
                groups = {
                    group: [archive[f"{group}{index}"] for index in range(about["counts"][group])]
                    for group in GROUPS
                }
                found, callback = about["identity"], about[_CALLBACK]
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, TypeError,
                zipfile.BadZipFile, zlib.error) as error:  # fmt: skip
            raise TrainingError(
                f"the checkpoint {self.path} is damaged; delete it to train from the beginning"
            ) from error
        if found != self._identity:
            raise TrainingError(self._refusal(found, epochs=len(callback["history"])))
        return TrainingState(**groups, callback=callback)

    def write(self, state: TrainingState) -> None:
        """Replace the file by one with a new state; a crash leaves the old or the new file.

        Parameters
        ----------
        state : TrainingState
            The new state.

        Raises
        ------
        TrainingError
            When the file cannot be written; the old file then stays.
        """
        counts = {group: len(getattr(state, group)) for group in GROUPS}
        about = {"identity": self._identity, "counts": counts, _CALLBACK: state.callback}
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
        """Return how the training in the file differs."""
        there, here = _flat(found), _flat(self._identity)
        differing = [
            f"{name} {there.get(name, 'nothing')} there and {here.get(name, 'nothing')} here"
            for name in sorted({*there, *here})
            if there.get(name) != here.get(name)
        ]
        return (
            f"{self.path} holds epoch {epochs} of another training ({'; '.join(differing)}); "
            "resume that one, choose another output, or delete the file to train from the beginning"
        )


def discard(path: Path) -> None:
    """Delete a checkpoint, if there is one, and the partial file that a crash may have left."""
    path.unlink(missing_ok=True)
    _partial(path).unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    return path.with_name(f"{path.stem}.partial.npz")


def _flat(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings under their own names, and digests shortened."""
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        if isinstance(value, dict):
            flat |= value
        else:
            flat[name] = value[:12] if isinstance(value, str) and "digest" in name else value
    return flat
