"""Sweeps of a model that costs next to nothing, and the report on them, with what they cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.data import Dataset
    from studies.run.engine import Job

__all__ = ["Measured", "NearestMean", "made_up_digits", "sweep_cells", "write_report"]

MODELS = ("mlp", "cnn", "lenet")  # names only: what answers is a table look-up
MANY_POINTS, USUAL_POINTS = 224, 11


@dataclass(frozen=True)
class Measured:
    """What one process did: seconds by the clock and of CPU time, and its peak memory."""

    what: str
    cells: int
    wall: float
    cpu: float
    peak_megabytes: float
    page_megabytes: float = 0.0


class NearestMean:
    """A classifier that costs next to nothing: how near an image is to the mean of each class.

    Parameters
    ----------
    data
        What the means are of.
    sharpness
        How sure it is.
    """

    def __init__(self, data: Dataset, sharpness: float) -> None:
        import numpy as np

        images = np.asarray(data.train_images[:])
        flat = images.reshape(len(images), -1) / np.float32(255)
        labels = data.train_labels
        means = np.stack([flat[labels == k].mean(axis=0) for k in range(len(data.class_names))])
        self._weights = (sharpness * means.T).astype(np.float32)
        self._bias = -sharpness / 2 * np.square(means).sum(axis=1)

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return ``(n, classes)`` probabilities of ``(n, h, w, c)`` uint8 images."""
        import numpy as np

        scores = images.reshape(len(images), -1) / np.float32(255) @ self._weights + self._bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities: NDArray[np.float32] = scores / scores.sum(axis=1, keepdims=True)
        return probabilities.astype(np.float32)


def made_up_digits() -> Dataset:
    """Make noise of the size of scikit-learn's digits, which takes none of its memory."""
    import numpy as np

    from models.dataset import Dataset

    random = np.random.default_rng(0)
    images = random.integers(0, 256, (720, 8, 8, 1), dtype=np.uint8)
    labels = np.arange(720) % 10
    names = tuple("0123456789")
    return Dataset("digits", images[:360], labels[:360], images[360:], labels[360:], names)


def sweep_cells(
    folder: Path, data: Dataset, corruptions: Sequence[str], *, seeds: int, cells: int
) -> Measured:
    """Sweep corruptions in an empty folder.

    Parameters
    ----------
    folder
        Where the results go.
    data
        On which test images.
    corruptions, seeds
        What to sweep.
    cells
        How many cells, drawn evenly from a plan of many strengths; 0: all of one of the usual 11.
    """
    from studies.config.study import Study
    from studies.core.progress import observer_for
    from studies.core.provenance import gather, now
    from studies.plan import plan_points
    from studies.run.engine import LocalEngine
    from studies.run.sweep import missing_jobs, sweep
    from studies.store.records import StoredModel
    from studies.store.store import Store
    from studies.workflows.sweep import evaluation_set_of

    settings = {"name": "overhead", "data": "digits", "models": list(MODELS), "seeds": seeds}
    points = {"corruptions": list(corruptions), "strengths": MANY_POINTS if cells else USUAL_POINTS}
    study = Study.model_validate(settings | points)
    evaluation_set, digests = evaluation_set_of(study, data), {name: name * 8 for name in MODELS}
    models = {name: NearestMean(data, 5.0 * (n + 1)) for n, name in enumerate(MODELS)}
    with Store(folder, create=True) as store, observer_for(_silent()) as observer:
        begun, cpu = time.perf_counter(), time.process_time()
        store.bind(evaluation_set)
        for name, digest in digests.items():
            store.remember_model(StoredModel(name, digest, "", "[]", {}))
        jobs = missing_jobs(
            plan_points(study), evaluation_set.images, digests, store.finished_keys()
        )
        jobs = _some(jobs, cells)
        run = store.begin_run(
            started=now(),
            command="python -m benchmarks.overhead",
            study=study.model_dump(mode="json"),
            provenance=gather(1),
        )
        engine = LocalEngine(data.test_images, data.test_labels, models)
        cell_counts = sweep(
            jobs, engine, store, observer, run=run, digests=digests, planned=len(jobs)
        )
        store.finish_run(run, now())
    return _measured("sweep", cell_counts.computed, begun, cpu)


def _some(jobs: Sequence[Job], cells: int) -> list[Job]:
    """Return jobs of so many cells, drawn evenly from all; 0 stands for all of them."""
    if not cells:
        return list(jobs)
    count = -(-cells // len(MODELS))
    if count > len(jobs):
        raise ValueError(f"the plan has {len(jobs)} conditions, fewer than the {count} wanted")
    return Random(0).sample(jobs, count)  # noqa: S311 - no secret


def write_report(folder: Path) -> Measured:
    """Write the tables, figures and the page of a folder that was swept."""
    from studies.report.write import write_outputs
    from studies.store.store import Store

    begun, cpu = time.perf_counter(), time.process_time()
    with Store(folder) as store:
        write_outputs(store, folder)
        cells = len(store.finished_keys())
    page = (folder / "report.html").stat().st_size / 1e6
    return _measured("report", cells, begun, cpu, page)


def _measured(what: str, cells: int, begun: float, cpu: float, page: float = 0.0) -> Measured:
    from benchmarks.bare import peak_megabytes

    wall, spent = time.perf_counter() - begun, time.process_time() - cpu
    return Measured(what, cells, wall, spent, peak_megabytes(), page)


def _silent() -> Any:
    import io

    from rich.console import Console

    return Console(file=io.StringIO())
