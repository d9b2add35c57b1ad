"""``python -m benchmarks.gpu``: train and sweep on a GPU, and write down the measurements.

Each network is trained twice with one seed, to measure its speed and test accuracy and to compare
the weights bit for bit; then all networks are swept. The measurements are written to a section of
``docs/gpu.md`` named after the device and the backend; other sections are kept. KERAS_BACKEND
selects the backend.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.images import add_data_option

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import Trained

__all__ = ["main"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "gpu.md"
SPECS = ("gaussian_noise(sigma=0.5)", "rotation(degrees=90)")
TITLE = "# On a GPU\n"


@dataclass(frozen=True)
class TrainingMeasurement:
    """The trainings of one network.

    Attributes
    ----------
    architecture : str
        Name of the network.
    epochs : int
        Number of epochs.
    seconds : float
        Wall time of one training.
    images_per_second : float
        Training speed, without the first epoch.
    accuracy : float
        Test accuracy.
    reproducible : bool
        Whether a second training with the same seed gave the same weights, bit for bit.
    """

    architecture: str
    epochs: int
    seconds: float
    images_per_second: float
    accuracy: float
    reproducible: bool


def train_twice(architecture: str, data: Dataset, folder: Path) -> TrainingMeasurement:
    """Train a network twice, and save the first for the sweep."""
    from models import store
    from models.scoring import score
    from models.training import TrainConfig, train

    print(f"training {architecture} twice")
    config = TrainConfig(architecture=architecture)
    trained, repeated = train(config, data), train(config, data)
    store.save(trained, folder / f"{architecture}.keras")
    return TrainingMeasurement(
        architecture,
        len(trained.history),
        trained.seconds,
        speed(trained, data),
        score(trained.model, data.test_images, data.test_labels).accuracy,
        trained.digest == repeated.digest,
    )


def speed(trained: Trained, data: Dataset) -> float:
    """Return the images per second in all epochs but the first, in which the backend compiles."""
    first, last = trained.history[0]["seconds"], trained.history[-1]["seconds"]
    images = len(trained.config.split(data)[0]) * (len(trained.history) - 1)
    return images / (last - first) if images else float("nan")


def sweep(data: str, names: Sequence[str], folder: Path, command: str) -> tuple[int, float]:
    """Sweep the trained networks, and return the number of cells and their seconds."""
    from rich.console import Console

    from studies.config.files import load_study
    from studies.core.terminal import observer_for
    from studies.workflows.sweep import run_study

    files = [str(folder / f"{name}.keras") for name in names]
    settings = {"data": data, "models": files, "corruptions": list(SPECS)}
    study = load_study("quickstart", settings)
    begin = time.perf_counter()
    ending = run_study(study, folder / "sweep", command=command, observer=observer_for(Console()))
    return ending.cell_counts.computed, time.perf_counter() - begin


def section(
    device: str,
    measurements: Sequence[TrainingMeasurement],
    cells: int,
    seconds: float,
    data: Dataset,
    command: str,
) -> str:
    """Return the measurements as a section of the page."""
    from models import backend

    versions = backend.provenance()
    packages = (key for key in ("keras", "tensorflow", "jax", "torch") if key in versions)
    images = f"{len(data.train_images):,} training and {len(data.test_images):,} test images"
    specs = " and ".join(f"`{spec}`" for spec in SPECS)
    rows = "\n".join(map(row, measurements))
    return f"""## {device}, {versions["backend"]}

`{command}` on {data.name}, {images}; Python {versions["python"]}, \
{", ".join(f"{key} {versions[key]}" for key in packages)}.

| network | epochs | training | images per second | test accuracy | same weights |
|---|---:|---:|---:|---:|---|
{rows}

The sweep of {specs}, 11 strengths and 3 seeds: {cells} cells in {seconds:.1f} s, figures and \
report included.
"""


def row(one: TrainingMeasurement) -> str:
    """Return the measurements of a network as a row of the table."""
    numbers = f"{one.seconds:.1f} s | {one.images_per_second:,.0f} | {one.accuracy:.2%}"
    same = "yes" if one.reproducible else "no"
    return f"| `{one.architecture}` | {one.epochs} | {numbers} | {same} |"


def replace_section(page: str, text: str) -> str:
    """Return the page with a section in place of the one with its heading, or at the end."""
    heading = text.partition("\n")[0]
    kept = [part for part in re.split(r"(?m)^(?=## )", page) if not part.startswith(heading + "\n")]
    return "".join([*(part.rstrip("\n") + "\n\n" for part in kept), text])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for success, and 2 after an error message for bad input."""
    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # otherwise TensorFlow logs to stderr
    from models import architectures, backend
    from models.architectures import ArchitectureError
    from models.data import DataError, load
    from studies.core.errors import StudyError

    with backend.quiet_start():
        name = backend.name()
    found = backend.gpu()
    if found is None and not options.cpu:
        print(
            f"benchmarks.gpu: {name} finds no GPU; --cpu runs on the CPU instead", file=sys.stderr
        )
        return 2
    command = f"KERAS_BACKEND={name} python -m benchmarks.gpu" + " --cpu" * (found is None)
    try:
        names = [architectures.get(item).name for item in options.architectures.split(",")]
        data = load(options.data)
        with tempfile.TemporaryDirectory() as folder:
            measurements = [train_twice(item, data, Path(folder)) for item in names]
            cells, seconds = sweep(options.data, names, Path(folder), command)
    except (ArchitectureError, DataError, StudyError) as error:
        print(f"benchmarks.gpu: {error}", file=sys.stderr)
        return 2
    text = section(found or backend.describe_device(), measurements, cells, seconds, data, command)
    page = options.page.read_text(encoding="utf-8") if options.page.exists() else TITLE
    options.page.write_text(replace_section(page, text), encoding="utf-8")
    print(f"{text}\nwritten to {options.page}")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu",
        description="Train and sweep on a GPU, and write down the measurements.",
    )
    add_data_option(top)
    top.add_argument("--architectures", default="mlp,cnn", help="[mlp,cnn]")
    top.add_argument("--cpu", action="store_true", help="run without a GPU")
    top.add_argument("--page", type=Path, default=PAGE, help="[docs/gpu.md]")
    return top


if __name__ == "__main__":
    sys.exit(main())
