"""``train``: train one model into a file; another package may add augmentations to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from models.commands.terminal import DATA_HELP, report_user_errors
from models.commands.training_run import FindAugment, train_and_report

SCHEDULE, STOPPING, RUNNING = "Learning rate", "Validation and early stopping", "Running"


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
            float | None,
            typer.Option(
                help="Learning rate at the start.",
                show_default="by the architecture",
                rich_help_panel=SCHEDULE,
            ),
        ] = None,
        schedule: Annotated[
            str | None,
            typer.Option(
                help="constant, cosine or plateau.", show_default="cosine", rich_help_panel=SCHEDULE
            ),
        ] = None,
        plateau_factor: Annotated[
            float | None,
            typer.Option(
                help="Factor at a plateau.",
                show_default="0.5",
                rich_help_panel=SCHEDULE,
            ),
        ] = None,
        plateau_patience: Annotated[
            int | None,
            typer.Option(
                help="Epochs without improvement that are a plateau.",
                show_default="3",
                rich_help_panel=SCHEDULE,
            ),
        ] = None,
        plateau_minimum: Annotated[
            float | None,
            typer.Option(
                help="Lowest learning rate.", show_default="1e-6", rich_help_panel=SCHEDULE
            ),
        ] = None,
        validation_fraction: Annotated[
            float | None,
            typer.Option(
                help="Fraction of the training images.",
                show_default="0.1",
                rich_help_panel=STOPPING,
            ),
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
            typer.Option(
                help="Epochs without improvement after which to stop and keep the best weights.",
                show_default="never",
                rich_help_panel=STOPPING,
            ),
        ] = None,
        monitor: Annotated[
            str | None,
            typer.Option(
                help="Validation metric to improve: loss or accuracy.",
                show_default="loss",
                rich_help_panel=STOPPING,
            ),
        ] = None,
        precision: Annotated[
            str | None,
            typer.Option(
                help="float32, mixed_float16 or mixed_bfloat16.",
                show_default="mixed_float16 on a GPU, else float32",
                rich_help_panel=RUNNING,
            ),
        ] = None,
        seed: Annotated[
            int | None,
            typer.Option(
                help="Seed of all random numbers.", show_default="0", rich_help_panel=RUNNING
            ),
        ] = None,
        threads: Annotated[
            int | None,
            typer.Option(
                help="Number of threads.",
                show_default="one for each processor",
                rich_help_panel=RUNNING,
            ),
        ] = None,
        out: Annotated[
            Path | None,
            typer.Option(
                help="Path of the model.",
                show_default="trained/ARCHITECTURE.keras",
                rich_help_panel=RUNNING,
            ),
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
