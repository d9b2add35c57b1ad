"""The records of a results folder besides its cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.plan import Condition, ImageRange


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """The images on which all models of a results folder are evaluated.

    Attributes
    ----------
    study, data : str
        Names of the study and of its data.
    images : ImageRange
        Which images of the data.
    class_names : tuple of str
        One name for each class.
    labels : ndarray of int64
        ``(n,)`` true classes.
    example : ndarray of uint8
        ``(h, w, c)``, the first of the images.
    """

    study: str
    data: str
    images: ImageRange
    class_names: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    example: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model: its name, digest, file, the size and time of that file, and how it was trained."""

    name: str
    digest: str
    path: str
    stamp: str
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that failed when it was last computed, and why."""

    key: str
    condition: Condition
    model: str
    error: str


@dataclass(frozen=True, slots=True)
class Run:
    """One sweep: when, with which command and settings, on which machine and versions."""

    number: int
    started: str
    finished: str | None
    command: str
    study: Mapping[str, Any]
    provenance: Mapping[str, Any]
