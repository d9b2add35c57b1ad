"""``crossvalidate``: evaluate one configuration on folds of the training images."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.commands.progress import TrainingProgress
from models.commands.terminal import (
    DATA_HELP,
    console,
    explain_resuming,
    format_mean,
    print_line,
    report_user_errors,
)
from models.commands.training_run import start_backend

if TYPE_CHECKING:
    from models.trials.jobs import TrainingJob
    from models.trials.trial_runner import Trial

PROGRAM = "models"


def crossvalidate(  # noqa: PLR0913, PLR0917 - an option each
    architecture: Annotated[
        str | None, typer.Argument(help="A name that `python -m models list` shows.")
    ] = None,
    folds: Annotated[int, typer.Option(help="Number of folds.")] = 5,
    config: Annotated[
        Path | None,
        typer.Option(help="A TOML file as for `train`; options replace its settings."),
    ] = None,
    data: Annotated[str | None, typer.Option(help=DATA_HELP, show_default="digits")] = None,
    augment: Annotated[
        str | None, typer.Option(help="An augmentation, as module:function.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Largest number of epochs.", show_default="by the data")
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(help="Images in a gradient step.", show_default="by the architecture"),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Learning rate at the start.", show_default="by the architecture"),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the training and of the folds.", show_default="0")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Number of threads.", show_default="one for each processor")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Results folder.", show_default="trained/crossvalidation/ARCHITECTURE-DATA"
        ),
    ] = None,
) -> None:
    """Train on all folds of the training images but one, and evaluate on that, for each fold.

    The test images are not used.

    If it is stopped, the same command resumes.
    """
    from models.trials.jobs import TrainingJob, load_job

    options = {
        "architecture": architecture, "data": data, "augment": augment, "epochs": epochs,
        "batch_size": batch_size, "learning_rate": learning_rate, "seed": seed, "threads": threads,
    }  # fmt: skip
    with report_user_errors():
        job = load_job(TrainingJob, config, options)
        trials = _run(job, folds, out)
        _print(trials, job)


def _run(job: "TrainingJob", folds: int, out: Path | None) -> "tuple[Trial, ...]":
    from models import backend
    from models.data import load
    from models.training.augmentation import load_augment
    from models.trials.crossvalidation import crossvalidate as run_folds

    with TrainingProgress(console(stderr=True)) as progress, explain_resuming(PROGRAM):
        data = load(job.data, on_progress=progress.note)
        augment = None if job.augment is None else load_augment(job.augment)
        start_backend(job.threads)
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{job.training.architecture}-{data.name}")
        folder = out or Path("trained") / "crossvalidation" / name
        progress.note(
            f"on {backend.describe_device()}: {job.training.architecture} on {folds} folds of the "
            f"{len(data.train_images):,} training images of {data.name}"
        )
        return run_folds(job.training, data, folds, folder, progress, augment)


def _print(folds: "tuple[Trial, ...]", job: "TrainingJob") -> None:
    from rich.table import Table

    table = Table("fold", "accuracy", "loss", "epochs", "kept", "seconds", box=None)
    for number, fold in enumerate(folds, 1):
        table.add_row(
            str(number),
            f"{fold.accuracy:.2%}",
            f"{fold.loss:.4f}",
            str(len(fold.history)),
            str(fold.kept_epoch),
            f"{fold.seconds:.1f}",
        )
    console().print(table)
    print_line(
        f"{job.training.architecture} on {len(folds)} folds: accuracy "
        f"{format_mean(folds, 'accuracy')}, loss {format_mean(folds, 'loss')} (mean ± standard "
        "deviation over the folds)"
    )
