"""``python -m benchmarks.training``: the cost of training with fresh noise.

Each network is trained without and with an augmentation in turn, several times, on the same
images. The first epoch, in which the array library compiles, is not counted. The target is at most
1.25 times the wall time on two cores, because the noise is computed in a background thread. CPU
time is also printed, for machines that are busy with other work.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.images import add_data_option
from benchmarks.timing import Elapsed

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import EpochReport
    from models.training.batches import Augment

__all__ = ["main"]

TARGET = 1.25  # training with noise over training without


@dataclass(frozen=True)
class Cost:
    """The times of the trainings of one network.

    Attributes
    ----------
    architecture : str
        Name of the network.
    images_per_epoch : int
        Number of training images.
    plain, noisy : tuple of Elapsed
        All epochs but the first of each training without and with noise, in pairs.
    """

    architecture: str
    images_per_epoch: int
    plain: tuple[Elapsed, ...]
    noisy: tuple[Elapsed, ...]

    @property
    def ratio(self) -> float:
        """Median ratio of the pairs in wall time."""
        pairs = zip(self.plain, self.noisy, strict=True)
        return statistics.median(noisy.wall / plain.wall for plain, noisy in pairs)

    @property
    def cpu_ratio(self) -> float:
        """Median ratio of the pairs in CPU time."""
        pairs = zip(self.plain, self.noisy, strict=True)
        return statistics.median(noisy.cpu / plain.cpu for plain, noisy in pairs)


def measure(
    architecture: str, data: Dataset, augment: Augment, *, epochs: int, repeats: int
) -> Cost:
    """Train a network without and with noise in turn, `repeats` times each."""
    plain, noisy = [], []
    for seed in range(repeats):
        plain.append(train_once(architecture, data, None, epochs, seed))
        noisy.append(train_once(architecture, data, augment, epochs, seed))
    return Cost(architecture, len(data.train_images), tuple(plain), tuple(noisy))


def train_once(
    architecture: str, data: Dataset, augment: Augment | None, epochs: int, seed: int
) -> Elapsed:
    """Train once, and return the time from the end of the first epoch to that of the last."""
    from models.training import TrainConfig, train

    epoch_ends: list[Elapsed] = []

    def record_time(report: EpochReport) -> None:
        del report
        epoch_ends.append(Elapsed.now())

    config = TrainConfig(architecture=architecture, epochs=epochs, seed=seed)
    train(config, data, augment, record_time)
    return epoch_ends[-1] - epoch_ends[0]


def line(cost: Cost, epochs: int) -> str:
    """Return the measurements of a network as text."""
    images = cost.images_per_epoch * (epochs - 1)
    speeds = (
        f"{images / statistics.median(elapsed.wall for elapsed in times):,.0f}"
        for times in (cost.plain, cost.noisy)
    )
    verdict = "reached" if cost.ratio <= TARGET else "missed"
    return (
        f"{cost.architecture}: {' without and '.join(speeds)} with noise in images/s; "
        f"{cost.ratio:.2f} times the wall time, {cost.cpu_ratio:.2f} times the CPU time; target of "
        f"at most {TARGET} in wall time: {verdict}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for success, and 2 after an error message for bad input."""
    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # otherwise TensorFlow logs to stderr
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
    """Write the measurements as JSON."""
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
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.training",
        description="Measure the cost of training with fresh noise.",
    )
    add_data_option(top)
    top.add_argument("--architectures", default="mlp,cnn", help="[mlp,cnn]")
    top.add_argument("--spec", default="vary(gaussian_noise(sigma=0.5))", help="the noise")
    top.add_argument(
        "--images", type=int, default=10_000, help="maximum of training images [10000]"
    )
    top.add_argument("--epochs", type=at_least_two, default=4, help="2 or more [4]")
    top.add_argument("--repeats", type=int, default=3, help="pairs of trainings [3]")
    top.add_argument("--out", type=Path, default=Path("results/bench"), help="[results/bench]")
    return top


def at_least_two(text: str) -> int:
    """Parse a number of 2 or more, because the first epoch is not counted."""
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"must be 2 or more, got {value}")
    return value


if __name__ == "__main__":
    sys.exit(main())
