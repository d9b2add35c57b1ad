"""The time of a sweep, measured between two passes of the bare work in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.timing import Elapsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from models.data import Dataset
    from studies.config.study import Study
    from studies.plan import Condition
    from studies.run.engine import Predictor
    from studies.run.models import Classifier

__all__ = ["Overhead", "bare_pass", "measure_overhead"]


@dataclass(frozen=True)
class Overhead:
    """The work of a sweep and its time.

    Attributes
    ----------
    conditions, cells, images : int
        Number of conditions, of cells (conditions times models) and of images in each cell.
    corrupting, predicting : Elapsed
        The bare parts, the mean of two passes.
    sweeping : Elapsed
        The sweep, from loading the models to the last stored cell.
    reporting : Elapsed
        Figures, tables and report after the sweep.
    peak_megabytes : float
        Peak memory of this process.
    """

    conditions: int
    cells: int
    images: int
    corrupting: Elapsed
    predicting: Elapsed
    sweeping: Elapsed
    reporting: Elapsed
    peak_megabytes: float

    @property
    def ratio(self) -> float:
        """Wall time of the sweep divided by that of its parts."""
        return self.sweeping.wall / (self.corrupting + self.predicting).wall

    @property
    def cpu_ratio(self) -> float:
        """CPU time of the sweep divided by that of its parts."""
        return self.sweeping.cpu / (self.corrupting + self.predicting).cpu


def measure_overhead(study: Study, folder: Path, console: Console) -> Overhead:
    """Train, then measure the sweep of a study in an empty folder between two bare passes.

    Parameters
    ----------
    study : Study
        The study.
    folder : Path
        Where the results are written.
    console : Console
        Shows the progress.

    Returns
    -------
    Overhead
        The measurement.
    """
    from models.backend import processors
    from studies.core.terminal import observer_for
    from studies.plan import conditions_in_order, plan_points
    from studies.report.write import write_outputs
    from studies.workflows.sweep import open_session

    threads = study.threads or processors()
    conditions = conditions_in_order(plan_points(study))
    observer = observer_for(console)
    command = "python -m benchmarks.sweep"
    with open_session(study, folder, command=command, observer=observer) as session:
        count = session.store.evaluation_set().images.count
        classifiers = session.load_models()
        predictors = warm_predictors(classifiers, session.data, threads)
        images = session.data.test_images[:count]
        observer.note("bare corruption and prediction, first pass")
        passes = [bare_pass(conditions, images, predictors)]
        start = Elapsed.now()
        cell_counts = session.compute_missing(classifiers)
        sweeping = Elapsed.now() - start
        observer.note("bare corruption and prediction, second pass")
        passes.append(bare_pass(conditions, images, predictors))
        start = Elapsed.now()
        write_outputs(session.store, folder)
        reporting = Elapsed.now() - start
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
    """Load the models and predict once with each, so that nothing is initialised later."""
    from studies.run.engine import BLOCK
    from studies.run.models import load_predictors

    predictors = load_predictors(classifiers, data, threads=threads)
    for predictor in predictors.values():
        predictor.predict(data.test_images[:BLOCK])
    return predictors


def bare_pass(
    conditions: Sequence[Condition], images: object, predictors: Mapping[str, Predictor]
) -> tuple[Elapsed, Elapsed]:
    """Corrupt and predict everything once, and store nothing.

    Parameters
    ----------
    conditions : sequence of Condition
        What to do with the images.
    images : array-like
        The test images.
    predictors : mapping of str to Predictor
        The models by name.

    Returns
    -------
    corrupting : Elapsed
        Time of corruption.
    predicting : Elapsed
        Time of prediction.
    """
    import numpy as np

    from studies.run.engine import BLOCK, corruption_of

    batch = np.asarray(images)
    corrupting = predicting = Elapsed(0, 0)
    for condition in conditions:
        corrupt = corruption_of(condition)
        for first in range(0, len(batch), BLOCK):
            start = Elapsed.now()
            corrupted = corrupt(batch[first : first + BLOCK], first)
            between = Elapsed.now()
            for predictor in predictors.values():
                predictor.predict(corrupted)
            corrupting += between - start
            predicting += Elapsed.now() - between
    return corrupting, predicting


def peak_megabytes() -> float:
    """Return the peak memory of this process."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
