"""``compare``: rank the combinations of a grid on validation images."""

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
    from models.trials.comparison import RankedSettings
    from models.trials.grid import ComparisonJob

PROGRAM = "models"


def compare(
    grid: Annotated[
        Path, typer.Argument(metavar="GRID.toml", help="A TOML file with the settings to compare.")
    ],
    data: Annotated[str | None, typer.Option(help=DATA_HELP, show_default="digits")] = None,
    augment: Annotated[
        str | None, typer.Option(help="An augmentation, as module:function.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Number of trainings of each combination.", show_default="1")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Number of threads.", show_default="one for each processor")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Results folder.", show_default="trained/comparison/NAME-OF-THE-GRID"),
    ] = None,
) -> None:
    """Train every combination of a grid, and rank the combinations on validation images.

    The table grid of the file holds the values to try for each setting, the table training the
    settings that all trainings share; data, seeds and rank_by (accuracy or loss) are top-level.

    The test images are not used.

    If it is stopped, the same command resumes. After the grid is extended, only new combinations
    are trained.
    """
    from models.trials.grid import ComparisonJob
    from models.trials.jobs import load_job

    options = {"data": data, "augment": augment, "seeds": seeds, "threads": threads}
    with report_user_errors():
        job = load_job(ComparisonJob, grid, options)
        folder = out or Path("trained") / "comparison" / grid.stem
        ranked = _run(job, folder)
        _print(ranked, job, folder)


def _run(job: "ComparisonJob", folder: Path) -> "tuple[RankedSettings, ...]":
    from models import backend
    from models.data import load
    from models.training.augmentation import load_augment
    from models.trials.comparison import compare as compare_settings

    with TrainingProgress(console(stderr=True)) as progress, explain_resuming(PROGRAM):
        data = load(job.data, on_progress=progress.note)
        augment = None if job.augment is None else load_augment(job.augment)
        start_backend(job.threads)
        count, seeds = len(list(job.combinations())), len(job.seeds)
        progress.note(
            f"on {backend.describe_device()}: {count} combination{'s' * (count > 1)}, "
            f"{seeds} seed{'s' * (seeds > 1)} each, on {len(data.train_images):,} training images "
            f"of {data.name}"
        )
        return compare_settings(job, data, folder, progress, augment)


def _print(ranked: "tuple[RankedSettings, ...]", job: "ComparisonJob", folder: Path) -> None:
    """Print the ranking, write it, and print how to train with the best settings."""
    from rich.table import Table

    from models.trials.comparison import write_table

    table = Table("rank", *ranked[0].settings, "accuracy", "loss", "seconds", box=None)
    for rank, one in enumerate(ranked, 1):
        metrics = [one.failure, ""]
        if not one.failure:
            metrics = [format_mean(one.trials, "accuracy"), format_mean(one.trials, "loss")]
        settings = [str(value) for value in one.settings.values()]
        table.add_row(str(rank), *settings, *metrics, f"{one.seconds:.1f}")
    console().print(table)
    deviation = " with standard deviations over the seeds" if len(job.seeds) > 1 else ""
    print_line(
        f"means on validation images{deviation}: {write_table(ranked, folder / 'ranking.csv')}"
    )
    if ranked[0].failure:
        return
    arguments = "" if job.data == "digits" else f" --data {job.data}"
    arguments += "" if job.augment is None else f" --augment {job.augment}"
    print_line(f"best:  python -m models train {ranked[0].config.as_flags()}{arguments}")
