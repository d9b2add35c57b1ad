"""What is known of a results folder besides its cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.plan import Condition, ImageRange


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """What a results folder is about.

    Attributes
    ----------
    study, data
        Names of the study and of its data.
    images
        Which images.
    class_names
        One a class.
    labels
        ``(n,)`` true classes.
    example
        ``(h, w, c)`` uint8: the first of the images.
    """

    study: str
    data: str
    images: ImageRange
    class_names: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    example: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model as it was last seen: its file, the file's stamp, its digest and its history."""

    name: str
    digest: str
    path: str
    stamp: str
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that failed at the last try, and why."""

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
