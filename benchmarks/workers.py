"""``python -m benchmarks.workers``: the speed-up of two workers over one.

A sweep of cells that take 50 ms or more is computed and stored with one worker and with two in
turn, several times; starting workers and loading the model are not counted. The target is 1.7
times the speed with two workers on two idle cores. Wall time means little on a machine that is busy
with other work, so the load is printed, and the CPU time of workers and coordinator. The CPU time
of the coordinator for each cell also limits how many workers it can supply.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from distributed import Client

    from models.data import Dataset
    from studies.run.cluster.engine import ClusterEngine
    from studies.run.engine import Job
    from studies.run.models import Classifier

__all__ = ["busy", "main"]

TARGET = 1.7  # cells per second with two workers over those with one
LONG_CELL = 0.05  # seconds; the target is for cells of at least that
MNIST = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist.npz"


@dataclass(frozen=True)
class SweepSeconds:
    """Seconds of one sweep: wall time, and CPU time of the coordinator and of the workers."""

    wall: float
    coordinator: float
    computing: float


@dataclass(frozen=True)
class Speed:
    """The times of sweeps with one worker and with several, in pairs.

    Attributes
    ----------
    cells, images, workers : int
        Number of cells in a sweep, of images in a cell, and of workers where there are several.
    load : float
        Load average of the machine in the minute before.
    single, several : tuple of SweepSeconds
        The sweeps with one worker, and with several.
    """

    cells: int
    images: int
    workers: int
    load: float
    single: tuple[SweepSeconds, ...]
    several: tuple[SweepSeconds, ...]

    @property
    def ratio(self) -> float:
        """Median ratio of the pairs in wall time."""
        pairs = zip(self.single, self.several, strict=True)
        return statistics.median(one.wall / more.wall for one, more in pairs)

    @property
    def worker_seconds(self) -> float:
        """Median CPU time of a cell on a worker."""
        return self._per_cell([run.computing for run in self.single + self.several])

    @property
    def coordinator_seconds(self) -> float:
        """Median CPU time of a cell in the coordinator."""
        return self._per_cell([run.coordinator for run in self.single + self.several])

    @property
    def cpu_ratio(self) -> float:
        """The speed-up of two workers on two idle cores that follows from CPU times.

        One worker has a core of its own beside the coordinator; two share both cores with it.
        """
        return 2 * self.worker_seconds / (self.worker_seconds + self.coordinator_seconds)

    def _per_cell(self, seconds: Sequence[float]) -> float:
        return statistics.median(seconds) / self.cells


def busy(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return some probabilities after about as much work as a small network does."""
    import numpy as np

    pixels = images.reshape(len(images), -1).astype(np.float32) / 255
    side = pixels.shape[1]
    weights = np.cos(np.arange(side * side, dtype=np.float32)).reshape(side, side) / side**0.5
    for _ in range(8):
        pixels = np.maximum(pixels @ weights, 0)
    powers = np.exp(pixels[:, :10] - pixels[:, :10].max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def measure(model: str, data: Dataset, *, cells: int, workers: int, repeats: int) -> Speed:
    """Sweep with one worker and with several in turn."""
    import noiselib
    from models.predictors import load_predictor
    from studies.plan import conditions_of
    from studies.run.engine import Job
    from studies.run.models import Classifier

    predictor = load_predictor(model, image_shape=data.image_shape, threads=1)
    known = Classifier(predictor.name, predictor.digest, Path(model))
    noise = noiselib.parse("gaussian_noise(sigma=0.3)")
    jobs = [
        Job(condition, {known.name: str(number)})
        for number, condition in enumerate(conditions_of(noise, range(cells)))
    ]
    load = os.getloadavg()[0]
    single, several = [], []
    for _ in range(repeats):
        single.append(sweep_on(1, known, data, jobs))
        several.append(sweep_on(workers, known, data, jobs))
    images = len(data.test_images)
    return Speed(cells, images, workers, load, tuple(single), tuple(several))


def sweep_on(workers: int, known: Classifier, data: Dataset, jobs: Sequence[Job]) -> SweepSeconds:
    """Compute and store jobs on workers that have already loaded the model."""
    from studies.run.cluster.connection import ClusterConfig, connect
    from studies.run.cluster.engine import ClusterEngine
    from studies.run.cluster.payload import Payload, pack_models

    models = pack_models([known], data.image_shape, threads=1, token=str(time.time_ns()))
    with connect(ClusterConfig(workers)) as client, tempfile.TemporaryDirectory() as folder:
        client.wait_for_workers(workers)
        payload = Payload(client, models, data.test_images, data.test_labels, first=0)
        engine = ClusterEngine(client, payload)
        for _ in engine.run(jobs[: 4 * workers]):  # sends model and images to every worker
            pass
        before = time.perf_counter(), time.process_time(), computing(client)
        store_all(engine, jobs, known, data, Path(folder))
        after = time.perf_counter(), time.process_time(), computing(client)
    return SweepSeconds(*(end - begin for begin, end in zip(before, after, strict=True)))


def store_all(
    engine: ClusterEngine, jobs: Sequence[Job], known: Classifier, data: Dataset, folder: Path
) -> None:
    """Compute and store jobs as a study does with its missing cells."""
    from rich.console import Console

    from studies.core.terminal import LineObserver
    from studies.plan import ImageRange
    from studies.run.sweep import sweep
    from studies.store.store import EvaluationSet, Store

    evaluation_set = EvaluationSet(
        study="workers",
        data=data.name,
        images=ImageRange(data.digest, 0, len(data.test_images)),
        class_names=data.class_names,
        labels=data.test_labels,
        example=data.test_images[0],
    )
    with Store(folder, create=True) as store:
        store.bind(evaluation_set)
        run = store.begin_run(started="", command="", study={}, provenance={})
        digests = {known.name: known.digest}
        watcher = LineObserver(Console(quiet=True))
        sweep(jobs, engine, store, watcher, run=run, digests=digests, planned=len(jobs))


def computing(client: Client) -> float:
    """Return the CPU seconds of the workers so far."""
    return sum(client.run(time.process_time).values())


def print_speed(speed: Speed) -> None:
    """Print the measurements."""
    verdict = "reached" if speed.ratio >= TARGET else "missed"
    print(
        f"{speed.cells} cells of {speed.images:,} images, {len(speed.single)} times; "
        f"load {speed.load:.1f} on {os.cpu_count()} processors"
    )
    for workers, runs in ((1, speed.single), (speed.workers, speed.several)):
        rates = ", ".join(f"{speed.cells / run.wall:.1f}" for run in runs)
        print(f"{workers:>3} worker{'s' * (workers > 1):1}  {rates} cells/s in wall time")
    print(
        f"a cell takes {1000 * speed.worker_seconds:.1f} ms of CPU time on a worker and "
        f"{1000 * speed.coordinator_seconds:.1f} ms in the coordinator"
    )
    if speed.worker_seconds < LONG_CELL:
        print(f"the target is for cells of {1000 * LONG_CELL:.0f} ms or more: raise --images")
    print(
        f"{speed.workers} workers are {speed.ratio:.2f} times as fast as one in wall time; the "
        f"target is {TARGET} with 2: {verdict}"
    )
    print(f"estimated from CPU time, 2 workers on 2 idle cores: {speed.cpu_ratio:.2f}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for success, and 2 after an error message for bad input."""
    from models.data import DataError, load
    from models.predictors import PredictionError
    from models.store import ModelError
    from studies.core.errors import StudyError

    options = parser().parse_args(arguments)
    try:
        data = load(options.data).first(1, options.images)
        speed = measure(
            options.model,
            data,
            cells=options.cells,
            workers=options.workers,
            repeats=options.repeats,
        )
    except (StudyError, DataError, ModelError, PredictionError, OSError) as error:
        print(f"benchmarks.workers: {error}", file=sys.stderr)
        return 2
    print_speed(speed)
    options.out.mkdir(parents=True, exist_ok=True)
    record = asdict(speed) | {"ratio": speed.ratio, "cpu_ratio": speed.cpu_ratio}
    text = json.dumps(record, indent=2) + "\n"
    (options.out / "workers.json").write_text(text, encoding="utf-8")
    print(options.out / "workers.json")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.workers",
        description="Measure the speed-up of two workers over one.",
    )
    default = str(MNIST) if MNIST.exists() else "digits"
    top.add_argument("--data", default=default, help="[MNIST beside the checkout, else digits]")
    top.add_argument("--images", type=int, default=1000, help="number of test images [1000]")
    top.add_argument(
        "--model",
        default="benchmarks.workers:busy",
        help="file or function [about 100 ms of work for 1,000 digits]",
    )
    top.add_argument("--cells", type=int, default=200, help="number of cells in a sweep [200]")
    top.add_argument("--workers", type=int, default=2, help="workers to compare with one [2]")
    top.add_argument("--repeats", type=int, default=3, help="pairs of sweeps [3]")
    top.add_argument("--out", type=Path, default=Path("results/bench"), help="[results/bench]")
    return top


if __name__ == "__main__":
    sys.exit(main())
