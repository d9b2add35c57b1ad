"""One training from the job to the last line on the terminal."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from models.commands.progress import TrainingProgress
from models.commands.terminal import console, explain_resuming, say

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import Trained
    from models.training.batches import Augment
    from models.trials.jobs import TrainingJob

FindAugment = Callable[[str, int], "Augment"]


def train_and_report(
    job: "TrainingJob", path: Path, program: str, find_augment: FindAugment, *, fresh: bool
) -> None:
    """Train into a file, and say how it went."""
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
        start(job.threads)
        progress.note(_announced(job, data))
        progress.begin(f"{job.training.architecture} on {data.name}")
        with explain_resuming(program):
            trained = train_to_file(job.training, data, path, augment, progress.epoch_done)
    _tell(trained, data, path, job.data)


def start(threads: int | None) -> None:
    """Start the array library without its greetings, with so many threads or one a processor."""
    from models import backend

    with backend.quiet_start():
        backend.pin_threads(threads or backend.threads())


def _announced(job: "TrainingJob", data: "Dataset") -> str:
    """Say what is about to happen, and where."""
    from models import backend

    config = job.training.resolved(data)
    through = "" if job.augment is None else f" through {job.augment}"
    return (
        f"on {backend.describe_device()}: {config.architecture} on "
        f"{len(data.train_images):,} images of {data.name}{through}, {config.epochs} epochs"
        f"{' at most' if config.patience else ''}, batch {config.batch_size}, "
        f"learning rate {config.learning_rate:g}"
    )


def _tell(trained: "Trained", data: "Dataset", path: Path, source: str) -> None:
    """Say how good the model is, where it lies and what to type next."""
    from models.scoring import score

    found = score(trained.model, data.test_images, data.test_labels)
    low, high = found.interval()
    epochs = len(trained.history)
    kept = "" if trained.kept_epoch == epochs else f", the weights of epoch {trained.kept_epoch}"
    say(
        f"{trained.config.architecture} on {data.name}: test accuracy {found.accuracy:.2%} "
        f"of {found.images:,} images (95 % interval {low:.2%} to {high:.2%}), "
        f"{epochs} epochs in {trained.seconds:.1f} s{kept}"
    )
    extra = "" if source == "digits" else f" --data {source}"
    say(f"saved: {path}")
    say(f"next:  python -m studies sweep --models {path}{extra}")
