"""A sweep's time between two passes of the bare work in it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from models.data import Dataset
    from studies.config.study import Study
    from studies.plan import Condition
    from studies.run.engine import Predictor
    from studies.run.models import Classifier

__all__ = ["Overhead", "Spent", "bare_pass", "measure_overhead"]


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of all threads' CPU time."""

    wall: float
    cpu: float

    @classmethod
    def so_far(cls) -> Spent:
        """Read both clocks."""
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, earlier: Spent) -> Spent:
        return Spent(self.wall - earlier.wall, self.cpu - earlier.cpu)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)

    def __truediv__(self, parts: float) -> Spent:
        return Spent(self.wall / parts, self.cpu / parts)


@dataclass(frozen=True)
class Overhead:
    """What was done, and what it took.

    Parameters
    ----------
    conditions, cells, images : int
        Ways to corrupt, ways times models, images in each.
    corrupting, predicting : Spent
        The bare parts, the mean of two passes.
    sweeping : Spent
        The sweep, from loading the models to the last stored cell.
    reporting : Spent
        Figures, table and report after it.
    peak_megabytes : float
        Most memory this process ever held.
    """

    conditions: int
    cells: int
    images: int
    corrupting: Spent
    predicting: Spent
    sweeping: Spent
    reporting: Spent
    peak_megabytes: float

    @property
    def ratio(self) -> float:
        """The sweep over its parts, by the clock."""
        return self.sweeping.wall / (self.corrupting + self.predicting).wall

    @property
    def cpu_ratio(self) -> float:
        """The sweep over its parts, in CPU time."""
        return self.sweeping.cpu / (self.corrupting + self.predicting).cpu


def measure_overhead(study: Study, folder: Path, console: Console) -> Overhead:
    """Train, then measure the sweep of a study in an empty folder between two bare passes."""
    from models.backend import processors
    from studies.core.progress import observer_for
    from studies.plan import conditions_in_order, plan_points
    from studies.report.write import write_outputs
    from studies.run.models import load_models
    from studies.workflows.sweep import compute_missing, opened

    threads = study.threads or processors()
    conditions = conditions_in_order(plan_points(study))
    observer = observer_for(console)
    with opened(study, folder, observer) as (data, store):
        count = store.evaluation_set().images.count
        with observer:
            classifiers = load_models(
                study, data, folder / "models", store, observer, threads=threads
            )
            predictors = warm_predictors(classifiers, data, threads)
            images = data.test_images[:count]
            observer.note("bare corruption and prediction, first pass")
            passes = [bare_pass(conditions, images, predictors)]
            begun = Spent.so_far()
            cell_counts = compute_missing(
                study,
                data,
                classifiers,
                store,
                observer,
                command="python -m benchmarks.sweep",
                threads=threads,
            )
            sweeping = Spent.so_far() - begun
            observer.note("bare corruption and prediction, second pass")
            passes.append(bare_pass(conditions, images, predictors))
        begun = Spent.so_far()
        write_outputs(store, folder)
        reporting = Spent.so_far() - begun
    return Overhead(
        conditions=len(conditions),
        cells=cell_counts.computed,
        images=len(images),
        corrupting=(passes[0][0] + passes[1][0]) / 2,
        predicting=(passes[0][1] + passes[1][1]) / 2,
        sweeping=sweeping,
        reporting=reporting,
        peak_megabytes=peak_megabytes(),
    )


def warm_predictors(
    classifiers: list[Classifier], data: Dataset, threads: int
) -> Mapping[str, Predictor]:
    """Load the models, and let each predict once, which makes what is made on first use."""
    from studies.run.engine import BLOCK
    from studies.run.models import start_predicting

    predictors = start_predicting(classifiers, data, threads=threads)
    for predictor in predictors.values():
        predictor.predict(data.test_images[:BLOCK])
    return predictors


def bare_pass(
    conditions: Sequence[Condition], images: object, predictors: Mapping[str, Predictor]
) -> tuple[Spent, Spent]:
    """Corrupt and predict everything once, storing nothing.

    Returns
    -------
    Spent, Spent
        What was spent corrupting and predicting.
    """
    import numpy as np

    from studies.run.engine import BLOCK, corruption_of

    batch = np.asarray(images)
    corrupting = predicting = Spent(0, 0)
    for condition in conditions:
        corrupt = corruption_of(condition)
        for start in range(0, len(batch), BLOCK):
            begun = Spent.so_far()
            corrupted = corrupt(batch[start : start + BLOCK], start)
            between = Spent.so_far()
            for predictor in predictors.values():
                predictor.predict(corrupted)
            corrupting += between - begun
            predicting += Spent.so_far() - between
    return corrupting, predicting


def peak_megabytes() -> float:
    """Give the most memory that this process ever held."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
