"""What a model format is, and the decorator that registers one.

Nothing heavy is imported here: `--help` lists the endings that are registered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.predictors.contract import ImageShape, Predictor

    Load = Callable[[Path, ImageShape | None, int | None], Predictor]

WeightFiles = Callable[[Path], tuple[Path, ...]]


@dataclass(frozen=True, kw_only=True)
class ModelFormat:
    """A kind of model file.

    Attributes
    ----------
    ending : str
        Of the file name, with its dot.
    load : callable
        Returns a predictor for a path, the shape of the images (or None) and a number of threads
        (None for the default).
    packages : tuple of str
        Distributions that decide the numbers; a worker must have the versions that the coordinator
        has.
    extra : str
        The extra of this distribution that installs what `load` imports.
    weight_files : callable
        Returns the files beside a model file that hold weights of it.
    """

    ending: str
    load: "Load"
    packages: tuple[str, ...]
    extra: str
    weight_files: WeightFiles


FORMATS: dict[str, ModelFormat] = {}


def no_weight_files(_path: Path) -> tuple[Path, ...]:
    """Return nothing, for formats that hold all weights in the model file itself."""
    return ()


def model_format(
    ending: str,
    *,
    packages: tuple[str, ...],
    extra: str = "external",
    weight_files: WeightFiles = no_weight_files,
) -> "Callable[[Load], Load]":
    """Register a function that loads a model file, as `ModelFormat` describes it."""

    def register(load: "Load") -> "Load":
        if ending in FORMATS:
            raise ValueError(f"a model format with the ending {ending} is registered already")
        FORMATS[ending] = ModelFormat(
            ending=ending, load=load, packages=packages, extra=extra, weight_files=weight_files
        )
        return load

    return register
