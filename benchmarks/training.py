"""``python -m benchmarks.training``: what training with fresh noise costs beyond training without.

Each network is trained without and with an augmentation in turn, some times over, on the same
images. The first epoch, in which the array library prepares itself, is not counted. The promise is
at most 1.25 times as long by the clock, on two cores: the noise is made in a background thread. CPU
time is given beside, for machines that have other work as well.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.images import offer_data

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import EpochReport
    from models.training.batches import Augment

__all__ = ["main"]

PROMISE = 1.25  # training with noise over training without


@dataclass(frozen=True)
class Spent:
    """Seconds of all epochs but the first: by the clock, and of CPU time."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Cost:
    """What was measured for a network: trainings without and with noise, in pairs."""

    architecture: str
    images_an_epoch: int
    plain: tuple[Spent, ...]
    noisy: tuple[Spent, ...]

    @property
    def ratio(self) -> float:
        """Median ratio of the pairs, by the clock."""
        pairs = zip(self.plain, self.noisy, strict=True)
        return statistics.median(noisy.wall / plain.wall for plain, noisy in pairs)

    @property
    def cpu_ratio(self) -> float:
        """Median ratio of the pairs, of CPU time."""
        pairs = zip(self.plain, self.noisy, strict=True)
        return statistics.median(noisy.cpu / plain.cpu for plain, noisy in pairs)


def measure(
    architecture: str, data: Dataset, augment: Augment, *, epochs: int, repeats: int
) -> Cost:
    """Train a network without and with noise in turn, so many times each."""
    plain, noisy = [], []
    for seed in range(repeats):
        plain.append(train_once(architecture, data, None, epochs, seed))
        noisy.append(train_once(architecture, data, augment, epochs, seed))
    return Cost(architecture, len(data.train_images), tuple(plain), tuple(noisy))


def train_once(
    architecture: str, data: Dataset, augment: Augment | None, epochs: int, seed: int
) -> Spent:
    """Train once, and give the time from the end of the first epoch to that of the last."""
    from models.training import TrainConfig, train

    marks: list[tuple[float, float]] = []

    def mark(report: EpochReport) -> None:
        del report
        marks.append((time.perf_counter(), time.process_time()))

    config = TrainConfig(architecture=architecture, epochs=epochs, seed=seed)
    train(config, data, augment, mark)
    return Spent(marks[-1][0] - marks[0][0], marks[-1][1] - marks[0][1])


def line(cost: Cost, epochs: int) -> str:
    """Say what was found for a network."""
    images = cost.images_an_epoch * (epochs - 1)
    speeds = (
        f"{images / statistics.median(spent.wall for spent in some):,.0f}"
        for some in (cost.plain, cost.noisy)
    )
    verdict = "kept" if cost.ratio <= PROMISE else "broken"
    return (
        f"{cost.architecture}: {' without and '.join(speeds)} with noise in images/s; by the clock "
        f"{cost.ratio:.2f} times as long, {cost.cpu_ratio:.2f} times the CPU time; at most "
        f"{PROMISE} by the clock is promised: {verdict}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 for success, 2 for a mistake, said in one sentence."""
    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
    from models import architectures, backend
    from models.architectures import ArchitectureError
    from models.data import DataError, load
    from models.training import TrainingError
    from studies.config.augmentation import find_augment

    with backend.quiet_start():
        backend.name()
    try:
        data = load(options.data).first(options.images)
        augment = find_augment(options.spec, 0)
        names = [architectures.get(name).name for name in options.architectures.split(",")]
        print(f"{options.spec} on {len(data.train_images):,} images of {data.name}, ", end="")
        print(f"{options.epochs} epochs, {options.repeats} times, on {backend.describe_device()}")
        costs = []
        for name in names:
            costs.append(
                measure(name, data, augment, epochs=options.epochs, repeats=options.repeats)
            )
            print(line(costs[-1], options.epochs))
    except (ArchitectureError, DataError, TrainingError) as error:
        print(f"benchmarks.training: {error}", file=sys.stderr)
        return 2
    write(costs, options, backend.provenance())
    return 0


def write(costs: list[Cost], options: argparse.Namespace, provenance: dict[str, str]) -> None:
    """Write the figures as JSON."""
    from benchmarks.cores import processor

    record = {
        "processor": processor(),
        "provenance": provenance,
        "spec": options.spec,
        "epochs": options.epochs,
        "networks": [
            {**asdict(cost), "ratio": cost.ratio, "cpu_ratio": cost.cpu_ratio} for cost in costs
        ],
    }
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / "training.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(path)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.training",
        description="Measure what training with fresh noise costs beyond training without.",
    )
    offer_data(top)
    top.add_argument("--architectures", default="mlp,cnn", help="[mlp,cnn]")
    top.add_argument("--spec", default="vary(gaussian_noise(sigma=0.5))", help="the noise")
    top.add_argument("--images", type=int, default=10_000, help="training images, at most [10000]")
    top.add_argument("--epochs", type=at_least_two, default=4, help="2 or more [4]")
    top.add_argument("--repeats", type=int, default=3, help="pairs of trainings [3]")
    top.add_argument("--out", type=Path, default=Path("results/bench"), help="[results/bench]")
    return top


def at_least_two(text: str) -> int:
    """Read a number of 2 or more, for the first epoch is not counted."""
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"must be 2 or more, got {value}")
    return value


if __name__ == "__main__":
    sys.exit(main())
