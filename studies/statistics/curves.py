"""Stored cells -> tidy rows: one for each corruption, strength and model."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from studies.plan import ImageRange, Point, cell_key
from studies.reporting import tidy
from studies.statistics.measures import Measures, Numbers
from studies.stats.intervals import area_under_curve
from studies.store.store import Store

if TYPE_CHECKING:
    from noiselib import Axis


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
    """Return the curves as CSV: one line a point, see `studies.reporting.tidy.to_csv`."""
    return tidy.to_csv(Row, (row for curve in curves for row in curve.rows))
