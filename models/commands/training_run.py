"""Run one training for the command line, and report its result."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models.commands.progress import TrainingProgress
from models.commands.terminal import console, explain_resuming, print_line

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import Trained
    from models.training.batches import Augment
    from models.trials.jobs import TrainingJob

FindAugment = Callable[[str, int], "Augment"]


def train_and_report(
    job: "TrainingJob", path: Path, program: str, find_augment: FindAugment, *, fresh: bool
) -> None:
    """Train a model into a file, and print its test accuracy.

    Parameters
    ----------
    job : TrainingJob
        What to train on which data.
    path : Path
        Path of the model.
    program : str
        The package after ``python -m``.
    find_augment : callable
        Returns an augmentation for the text in `job` and the seed of the training.
    fresh : bool
        Whether to delete the checkpoint of an unfinished training first.
    """
    from models.data import load
    from models.resumable import checkpoint_path, train_to_file
    from models.store import writable
    from models.training.checkpoints import discard

    path = writable(path)
    with TrainingProgress(console(stderr=True)) as progress:
        data = load(job.data, on_progress=progress.note)
        augment = None if job.augment is None else find_augment(job.augment, job.training.seed)
        if fresh:
            discard(checkpoint_path(path))
        start_backend(job.threads)
        progress.note(_start_message(job, data))
        progress.begin(f"{job.training.architecture} on {data.name}")
        with explain_resuming(program):
            trained = train_to_file(job.training, data, path, augment, progress.epoch_done)
    _print_result(trained, data, path, job.data)


def start_backend(threads: int | None) -> None:
    """Start the backend without its notices, with some threads or with one for each processor."""
    from models import backend

    with backend.quiet_start():
        backend.pin_threads(threads or backend.threads())


def _start_message(job: "TrainingJob", data: "Dataset") -> str:
    """Return what will be trained, on which data and where."""
    from models import backend

    config = job.training.resolved(data)
    augmentation = "" if job.augment is None else f" augmented by {job.augment}"
    return (
        f"on {backend.describe_device()}: {config.architecture} on "
        f"{len(data.train_images):,} images of {data.name}{augmentation}, {config.epochs} epochs"
        f"{' at most' if config.patience else ''}, batch {config.batch_size}, "
        f"learning rate {config.learning_rate:g}"
    )


def _print_result(trained: "Trained", data: "Dataset", path: Path, source: str) -> None:
    """Print the test accuracy of a model, its path, and a command to type next."""
    from models.scoring import score

    result = score(trained.model, data.test_images, data.test_labels)
    low, high = result.interval()
    epochs = len(trained.history)
    kept = "" if trained.kept_epoch == epochs else f", the weights of epoch {trained.kept_epoch}"
    print_line(
        f"{trained.config.architecture} on {data.name}: test accuracy {result.accuracy:.2%} "
        f"of {result.images:,} images (95 % interval {low:.2%} to {high:.2%}), "
        f"{epochs} epochs in {trained.seconds:.1f} s{kept}"
    )
    data_option = "" if source == "digits" else f" --data {source}"
    print_line(f"saved: {path}")
    print_line(f"next:  python -m studies sweep --models {path}{data_option}")
