"""Save and load trained models: a .keras file, and a JSON sidecar with their provenance."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from models.digests import model_digest
from models.errors import ModelError, first_line
from models.files import atomic_write
from models.training import TrainConfig, Trained

if TYPE_CHECKING:
    import keras

__all__ = ["ModelError", "Sidecar", "load", "load_keras", "save", "sidecar_path", "writable"]


class Sidecar(BaseModel):
    """Content of the JSON file beside a model; the fields are those of `models.training.Trained`.

    Attributes
    ----------
    model_digest : str
        Digest of the model that the sidecar describes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_digest: str
    config: TrainConfig
    history: tuple[dict[str, float], ...]
    kept_epoch: int
    seconds: float
    data_name: str
    data_digest: str
    class_names: tuple[str, ...]
    augmentation: str
    provenance: dict[str, str]


def sidecar_path(path: Path) -> Path:
    """Return the path of the sidecar of a model: ``mlp.json`` for ``mlp.keras``."""
    return path.with_suffix(".json")


def save(trained: Trained, path: str | Path) -> Path:
    """Write a model and its sidecar; each file is written as a whole or not at all.

    Parameters
    ----------
    trained : Trained
        As returned by `models.training.train`.
    path : str or Path
        Path of the model, ending in ``.keras``; missing folders are created. The sidecar goes to
        `sidecar_path`.

    Returns
    -------
    Path
        The path of the model.

    Raises
    ------
    ModelError
        When the name does not end in ``.keras`` or the folder cannot be written.
    """
    path = writable(path)
    sidecar = Sidecar(
        model_digest=trained.digest,
        config=trained.config,
        history=trained.history,
        kept_epoch=trained.kept_epoch,
        seconds=trained.seconds,
        data_name=trained.data_name,
        data_digest=trained.data_digest,
        class_names=trained.class_names,
        augmentation=trained.augmentation,
        provenance=trained.provenance,
    )
    text = sidecar.model_dump_json(indent=2) + "\n"
    _write(path, trained.model.save)
    _write(sidecar_path(path), lambda temporary: temporary.write_text(text, encoding="utf-8"))
    return path


def load(path: str | Path) -> Trained:
    """Read a model that `save` wrote, with its provenance.

    Parameters
    ----------
    path : str or Path
        Path of the model.

    Returns
    -------
    Trained
        The model and everything in its sidecar.

    Raises
    ------
    ModelError
        When one of the two files is missing or damaged, or they do not belong together.
    """
    path = Path(path).expanduser()
    model = load_keras(path)
    sidecar = _read_sidecar(sidecar_path(path))
    if model_digest(model) != sidecar.model_digest:
        raise ModelError(
            f"{sidecar_path(path)} describes another model than {path}; train it again"
        )
    return Trained(
        model=model,
        config=sidecar.config,
        history=sidecar.history,
        kept_epoch=sidecar.kept_epoch,
        seconds=sidecar.seconds,
        digest=sidecar.model_digest,
        data_name=sidecar.data_name,
        data_digest=sidecar.data_digest,
        class_names=sidecar.class_names,
        augmentation=sidecar.augmentation,
        provenance=sidecar.provenance,
    )


def load_keras(path: str | Path) -> "keras.Model":
    """Read a .keras file without running code from it, and without its optimizer.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    keras.Model
        The model, not compiled.

    Raises
    ------
    ModelError
        When the file is missing, damaged or of another kind, or holds code (a Lambda layer) or
        layers that Keras does not know.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise ModelError(f"there is no model file {path}")
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        raise ModelError(f"{path} is not a .keras file, or is damaged or cut short")

    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a foreign file makes Keras raise anything
        if "lambda" in str(error).lower():
            raise ModelError(
                f"{path} holds a Lambda layer, which is code and is not run; "
                "replace it by layers of Keras"
            ) from error
        raise ModelError(f"{path} cannot be read as a Keras model: {first_line(error)}") from error


def writable(path: str | Path) -> Path:
    """Return a path that a model can be written to; call it before a long training.

    Parameters
    ----------
    path : str or Path
        Path of the model, ending in ``.keras``; missing folders are created.

    Returns
    -------
    Path
        The same, with the home folder in place of ``~``.

    Raises
    ------
    ModelError
        When the name does not end in ``.keras`` or the folder cannot be created or written.
    """
    path = Path(path).expanduser()
    if path.suffix != ".keras":
        raise ModelError(f"a model's file name must end in .keras, got {path}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"the folder {path.parent} cannot be created: {error.strerror}") from error
    if not os.access(path.parent, os.W_OK) or path.is_dir():
        raise ModelError(f"{path} cannot be written")
    return path


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file atomically."""
    try:
        with atomic_write(path) as partial:
            write(partial)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror or error}") from error


def _read_sidecar(path: Path) -> Sidecar:
    """Read the sidecar of a model."""
    try:
        return Sidecar.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise ModelError(f"the sidecar of the model is missing: there is no file {path}") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelError(f"{path} is damaged: {where}: {first['msg']}") from error
