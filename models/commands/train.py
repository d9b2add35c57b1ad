"""``train``: train one model into a file; another package may add augmentations to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from models.commands.terminal import DATA_HELP, report_user_errors
from models.commands.training_run import FindAugment, train_and_report

SCHEDULE, STOPPING, RUNNING = "Learning rate", "Validation and early stopping", "Running"


def _option(text: str, default: str, panel: str) -> Any:
    """Return an option with a help text and a default in words, in a panel of the help."""
    return typer.Option(help=text, show_default=default, rich_help_panel=panel)


def train_command(
    program: str, augment_help: str, find_augment: FindAugment
) -> Callable[..., None]:
    """Return the command ``train`` of a program.

    Parameters
    ----------
    program : str
        The package after ``python -m``.
    augment_help : str
        The help of ``--augment``.
    find_augment : callable
        Returns an augmentation for the text of ``--augment`` and the seed of the training.

    Returns
    -------
    callable
        A function for `typer.Typer.command`.
    """

    def train(  # noqa: PLR0913, PLR0917 - an option each
        architecture: Annotated[
            str | None, typer.Argument(help="A name that `python -m models list` shows.")
        ] = None,
        config: Annotated[
            Path | None, typer.Option(help="A TOML file; options replace its settings.")
        ] = None,
        data: Annotated[str | None, typer.Option(help=DATA_HELP, show_default="digits")] = None,
        augment: Annotated[str | None, typer.Option(help=augment_help)] = None,
        epochs: Annotated[
            int | None, typer.Option(help="Largest number of epochs.", show_default="by the data")
        ] = None,
        batch_size: Annotated[
            int | None,
            typer.Option(help="Images in a gradient step.", show_default="by the architecture"),
        ] = None,
        optimizer: Annotated[
            str | None, typer.Option(help="adam, rmsprop or sgd.", show_default="adam")
        ] = None,
        label_smoothing: Annotated[
            float | None, typer.Option(help="From 0 to below 1.", show_default="0")
        ] = None,
        learning_rate: Annotated[
            float | None, _option("Learning rate at the start.", "by the architecture", SCHEDULE)
        ] = None,
        schedule: Annotated[
            str | None, _option("constant, cosine or plateau.", "cosine", SCHEDULE)
        ] = None,
        plateau_factor: Annotated[
            float | None, _option("Factor at a plateau.", "0.5", SCHEDULE)
        ] = None,
        plateau_patience: Annotated[
            int | None, _option("Epochs without improvement that are a plateau.", "3", SCHEDULE)
        ] = None,
        plateau_minimum: Annotated[
            float | None, _option("Lowest learning rate.", "1e-6", SCHEDULE)
        ] = None,
        validation_fraction: Annotated[
            float | None, _option("Fraction of the training images.", "0.1", STOPPING)
        ] = None,
        augment_validation: Annotated[
            bool | None,
            typer.Option(
                "--augment-validation",
                help="Augment the validation images, too.",
                rich_help_panel=STOPPING,
            ),
        ] = None,
        patience: Annotated[
            int | None,
            _option(
                "Epochs without improvement after which to stop and keep the best weights.",
                "never",
                STOPPING,
            ),
        ] = None,
        monitor: Annotated[
            str | None, _option("Validation metric to improve: loss or accuracy.", "loss", STOPPING)
        ] = None,
        precision: Annotated[
            str | None,
            _option(
                "float32, mixed_float16 or mixed_bfloat16.",
                "mixed_float16 on a GPU, else float32",
                RUNNING,
            ),
        ] = None,
        seed: Annotated[int | None, _option("Seed of all random numbers.", "0", RUNNING)] = None,
        threads: Annotated[
            int | None, _option("Number of threads.", "one for each processor", RUNNING)
        ] = None,
        out: Annotated[
            Path | None, _option("Path of the model.", "trained/ARCHITECTURE.keras", RUNNING)
        ] = None,
        fresh: Annotated[
            bool,
            typer.Option(
                "--fresh", help="Discard an unfinished training there.", rich_help_panel=RUNNING
            ),
        ] = False,
    ) -> None:
        """Train a model, save it, and evaluate it on the test images.

        The same seed gives the same weights on one machine's CPU with one number of threads.

        If it is stopped, the same command resumes after the last complete epoch.
        """
        from models.trials.jobs import TrainingJob, load_job

        options = {
            "architecture": architecture, "data": data, "augment": augment, "epochs": epochs,
            "batch_size": batch_size, "optimizer": optimizer, "label_smoothing": label_smoothing,
            "learning_rate": learning_rate, "schedule": schedule,
            "plateau_factor": plateau_factor, "plateau_patience": plateau_patience,
            "plateau_minimum": plateau_minimum, "validation_fraction": validation_fraction,
            "augment_validation": augment_validation, "patience": patience, "monitor": monitor,
            "precision": precision, "seed": seed, "threads": threads,
        }  # fmt: skip
        with report_user_errors():
            job = load_job(TrainingJob, config, options)
            path = out or Path("trained") / f"{job.training.architecture}.keras"
            train_and_report(job, path, program, find_augment, fresh=fresh)

    return train
