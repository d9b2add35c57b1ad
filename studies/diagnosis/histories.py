"""How a model was trained, as far as the file beside it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class History:
    """The epochs of a training, or why they are not known.

    Attributes
    ----------
    model
        Name of the model.
    epochs
        One mapping an epoch, with ``epoch``, ``loss``, ``accuracy`` and, where images were set
        aside, ``validation_loss`` and ``validation_accuracy``.
    kept_epoch
        The epoch whose weights were kept, from 1; 0 without epochs.
    missing
        Why there are none, in one sentence; empty where there are some.
    """

    model: str
    epochs: tuple[Mapping[str, float], ...]
    kept_epoch: int = 0
    missing: str = ""


def read_history(model: str, path: Path, digest: str) -> History:
    """Read the epochs from the file beside a model, without loading the model.

    Parameters
    ----------
    model
        Its name.
    path
        Its file.
    digest
        Its digest: a file that describes other weights is not believed.
    """
    from pydantic import ValidationError

    from models.store import Sidecar, sidecar_path

    def without(reason: str) -> History:
        return History(model, (), missing=f"{model} has no learning curves: {reason}.")

    beside = sidecar_path(path)
    try:
        sidecar = Sidecar.model_validate_json(beside.read_bytes())
    except FileNotFoundError:
        return without("no record of its training lies beside it")
    except (OSError, ValidationError):
        return without(f"{beside} cannot be read")
    if sidecar.model_digest != digest:
        return without(f"{beside} describes another model")
    if not sidecar.history:
        return without(f"{beside} tells of no epoch")
    return History(model, sidecar.history, sidecar.kept_epoch)
