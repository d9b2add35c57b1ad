"""The cost of sweeps, and of the report on them, with a model that costs almost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.timing import Elapsed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.data import Dataset
    from studies.run.engine import Job

__all__ = ["Measurement", "NearestMean", "random_digits", "sweep_cells", "write_report"]

MODELS = ("mlp", "cnn", "lenet")  # only names: `NearestMean` predicts
MANY_POINTS, USUAL_POINTS = 224, 11


@dataclass(frozen=True)
class Measurement:
    """The cost of one process.

    Attributes
    ----------
    part : str
        What the process did.
    cells : int
        Number of cells.
    wall, cpu : float
        Seconds of wall time and of CPU time.
    peak_megabytes : float
        Peak memory.
    page_megabytes : float
        Size of the report.
    """

    part: str
    cells: int
    wall: float
    cpu: float
    peak_megabytes: float
    page_megabytes: float = 0.0


class NearestMean:
    """A classifier that costs almost nothing: the distance of an image to the mean of each class.

    Parameters
    ----------
    data : Dataset
        The training images give the means.
    sharpness : float
        Factor on the scores; a greater one gives higher confidence.
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


def random_digits() -> Dataset:
    """Return noise of the size of scikit-learn's digits, without the memory of scikit-learn."""
    import numpy as np

    from models.dataset import Dataset

    random = np.random.default_rng(0)
    images = random.integers(0, 256, (720, 8, 8, 1), dtype=np.uint8)
    labels = np.arange(720) % 10
    names = tuple("0123456789")
    return Dataset("digits", images[:360], labels[:360], images[360:], labels[360:], names)


def sweep_cells(
    folder: Path, data: Dataset, corruptions: Sequence[str], *, seeds: int, cells: int
) -> Measurement:
    """Sweep corruptions in an empty folder.

    Parameters
    ----------
    folder : Path
        Where the results are written.
    data : Dataset
        The test images.
    corruptions : sequence of str
        Specs of the corruptions.
    seeds : int
        Number of noise seeds.
    cells : int
        Number of cells, sampled evenly from a plan with many strengths; 0 for all cells of a plan
        with the usual 11 strengths.

    Returns
    -------
    Measurement
        The cost.
    """
    from studies.config.study import Study
    from studies.core.provenance import collect, now
    from studies.core.terminal import observer_for
    from studies.plan import plan_points
    from studies.run.engine import LocalEngine
    from studies.run.sweep import missing_jobs, sweep
    from studies.store.store import Store, StoredModel
    from studies.workflows.sweep import evaluation_set_of

    settings = {"name": "overhead", "data": "digits", "models": list(MODELS), "seeds": seeds}
    points = {"corruptions": list(corruptions), "strengths": MANY_POINTS if cells else USUAL_POINTS}
    study = Study.model_validate(settings | points)
    evaluation_set, digests = evaluation_set_of(study, data), {name: name * 8 for name in MODELS}
    models = {name: NearestMean(data, 5.0 * (n + 1)) for n, name in enumerate(MODELS)}
    with Store(folder, create=True) as store, observer_for(_silent()) as observer:
        start = Elapsed.now()
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
            provenance=collect(1),
        )
        engine = LocalEngine(data.test_images, data.test_labels, models)
        cell_counts = sweep(
            jobs, engine, store, observer, run=run, digests=digests, planned=len(jobs)
        )
        store.finish_run(run, now())
    return _measured("sweep", cell_counts.computed, start)


def _some(jobs: Sequence[Job], cells: int) -> list[Job]:
    """Return jobs with at least `cells` cells, sampled evenly; 0 for all of them."""
    if not cells:
        return list(jobs)
    count = -(-cells // len(MODELS))
    if count > len(jobs):
        raise ValueError(f"the plan has {len(jobs)} conditions, fewer than the {count} wanted")
    return Random(0).sample(jobs, count)  # noqa: S311 - no secret


def write_report(folder: Path) -> Measurement:
    """Write the tables, figures and report of a results folder."""
    from studies.report.write import write_outputs
    from studies.store.store import Store

    start = Elapsed.now()
    with Store(folder) as store:
        write_outputs(store, folder)
        cells = len(store.finished_keys())
    page = (folder / "report.html").stat().st_size / 1e6
    return _measured("report", cells, start, page)


def _measured(part: str, cells: int, start: Elapsed, page: float = 0.0) -> Measurement:
    from benchmarks.bare import peak_megabytes

    elapsed = Elapsed.now() - start
    return Measurement(part, cells, elapsed.wall, elapsed.cpu, peak_megabytes(), page)


def _silent() -> Any:
    import io

    from rich.console import Console

    return Console(file=io.StringIO())
