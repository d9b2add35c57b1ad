"""Stored cells -> tidy rows: one for each corruption, strength and model."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.plan import ImageRange, Point, cell_key
from studies.stats import metrics
from studies.stats.intervals import accuracy_interval, area_under_curve
from studies.stats.predictions import Outcomes
from studies.store.store import Store
from studies.tables import rows as tidy

if TYPE_CHECKING:
    from noiselib import Axis


_MEANS: dict[str, Callable[[Outcomes], npt.NDArray[np.float64]]] = {
    "confidence": metrics.confidence,
    "negative_log_likelihood": metrics.negative_log_likelihood,
    "brier": metrics.brier,
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What some cells say together, one cell a seed.

    Attributes
    ----------
    seeds, images
        How many draws of the corruption, of how many images.
    accuracy, low, high
        Share of correct predictions, and the limits of its 95 % interval.
    effective_images
        The sample size the interval rests on.
    confidence, negative_log_likelihood, brier
        Means over seeds and images.
    """

    seeds: int
    images: int
    accuracy: float
    low: float
    high: float
    effective_images: float
    confidence: float
    negative_log_likelihood: float
    brier: float


class Measures:
    """The numbers of points, each set of cells read once.

    Parameters
    ----------
    store
        Where the cells are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stored = store.finished_keys()
        self._seen: dict[tuple[str, ...], Numbers] = {}  # the clean cell is in every curve

    def of(self, keys: Sequence[str]) -> Numbers | None:
        """Return the numbers of those cells that are stored; None where none is."""
        finished = tuple(key for key in keys if key in self._stored)
        if not finished:
            return None
        if finished not in self._seen:
            self._seen[finished] = _numbers(
                [self._store.outcomes(key, of_all_classes=False) for key in finished]
            )
        return self._seen[finished]


def _numbers(outcomes: Sequence[Outcomes]) -> Numbers:
    correct = np.stack([metrics.correct(item) for item in outcomes])
    interval = accuracy_interval(correct)
    means = {
        name: float(np.mean([values(item) for item in outcomes])) for name, values in _MEANS.items()
    }
    return Numbers(
        seeds=correct.shape[0],
        images=correct.shape[1],
        accuracy=interval.estimate,
        low=interval.low,
        high=interval.high,
        effective_images=interval.sample_size,
        confidence=means["confidence"],
        negative_log_likelihood=means["negative_log_likelihood"],
        brier=means["brier"],
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One point of one model's curve; the columns of ``curves.csv``.

    Attributes
    ----------
    corruption
        Spec at its worst strength.
    parameter, unit
        The parameter that is the strength, and its unit.
    t, strength
        Where on the path, in [0, 1] and in the parameter's own unit.
    pipeline
        Spec resolved there.
    model
        Name of the model.
    seeds, images
        How many draws of the corruption, of how many images.
    accuracy, low, high
        Share of correct predictions, and the limits of its 95 % interval.
    effective_images
        The sample size the interval rests on.
    confidence, negative_log_likelihood, brier
        Means over seeds and images.
    """

    corruption: str
    parameter: str
    unit: str
    t: float
    strength: float
    pipeline: str
    model: str
    seeds: int
    images: int
    accuracy: float
    low: float
    high: float
    effective_images: float
    confidence: float
    negative_log_likelihood: float
    brier: float


@dataclass(frozen=True, slots=True)
class Curve:
    """How one model fares along the path of one corruption; at least one row."""

    corruption: str
    title: str
    axis: str
    model: str
    rows: tuple[Row, ...]

    @property
    def clean(self) -> Row:
        """The first point: no corruption."""
        return self.rows[0]

    @property
    def worst(self) -> Row:
        """The last point: the strongest corruption."""
        return self.rows[-1]

    @property
    def mean_accuracy(self) -> float:
        """Area under accuracy against t, divided by the length of the path."""
        t = [row.t for row in self.rows]
        accuracy = [row.accuracy for row in self.rows]
        return area_under_curve(t, accuracy) / (t[-1] - t[0]) if len(t) > 1 else accuracy[0]


def trace_curves(
    store: Store, points: Sequence[Point], images: ImageRange, digests: Mapping[str, str]
) -> list[Curve]:
    """Return the curves of some models as far as their cells are stored.

    Parameters
    ----------
    store
        Where the cells are.
    points
        The plan: the points of every curve.
    images
        Which images the cells are about.
    digests
        Model name -> model digest; its order is that of the curves of one corruption.

    Returns
    -------
    list of Curve
        Corruption by corruption; points without any stored cell are left out.
    """
    measures = Measures(store)
    curves = []
    titles = _titles(list(dict.fromkeys(point.corruption for point in points)))
    for corruption, (title, label, axis) in titles.items():
        path = [point for point in points if point.corruption == corruption]
        for model, digest in digests.items():
            keyed = [
                (point, [cell_key(item, images, digest) for item in point.conditions])
                for point in path
            ]
            rows = [
                _row(point, axis, model, numbers)
                for point, keys in keyed
                if (numbers := measures.of(keys)) is not None
            ]
            if rows:
                curves.append(Curve(corruption, title, label, model, tuple(rows)))
    return curves


def _titles(corruptions: Sequence[str]) -> dict[str, tuple[str, str, "Axis"]]:
    """Return the title of each corruption's panel, the label of its axis, and the axis."""
    import noiselib

    names = {spec: spec.partition("(")[0] for spec in corruptions}
    often = Counter(names.values())
    titles = {}
    for spec, name in names.items():
        axis = noiselib.parse(spec).axis
        plain = axis.name != "t" and often[name] == 1  # a pipeline's own axis is t
        title = name.replace("_", " ").capitalize() if plain else spec
        prefix = "" if axis.name == axis.unit else f"{axis.name}: "
        unit = f" ({axis.unit})" if axis.unit else ""
        titles[spec] = title, f"{prefix}{axis.description}{unit}", axis
    return titles


def _row(point: Point, axis: "Axis", model: str, numbers: Numbers) -> Row:
    return Row(
        corruption=point.corruption,
        parameter=axis.name,
        unit=axis.unit,
        t=point.t,
        strength=point.strength,
        pipeline=point.conditions[0].pipeline,
        model=model,
        **asdict(numbers),
    )


def to_csv(curves: Sequence[Curve]) -> bytes:
    """Return the curves as CSV: one line a point, see `studies.tables.rows.to_csv`."""
    return tidy.to_csv(Row, (row for curve in curves for row in curve.rows))
