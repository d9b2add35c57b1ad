"""``compare``: the combinations of a grid, ranked on validation images."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.commands.progress import TrainingProgress
from models.commands.terminal import (
    DATA_HELP,
    console,
    explain_resuming,
    format_mean,
    report_user_errors,
    say,
)
from models.commands.training_run import start

if TYPE_CHECKING:
    from models.trials.comparison import Ranked
    from models.trials.grid import ComparisonJob

PROGRAM = "models"


def compare(
    grid: Annotated[Path, typer.Argument(metavar="GRID.toml", help="What to compare.")],
    data: Annotated[str | None, typer.Option(help=DATA_HELP, show_default="digits")] = None,
    augment: Annotated[str | None, typer.Option(help="module:function.")] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Trainings of each combination.", show_default="1")
    ] = None,
    threads: Annotated[int | None, typer.Option(show_default="one a processor")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder.", show_default="trained/comparison/NAME-OF-THE-GRID"),
    ] = None,
) -> None:
    """Train every combination of a grid, and rank them on validation images.

    The table grid of the file names settings and the values to try, the table training what all
    share; data, seeds and judge (accuracy or loss) stand above both.

    The test images are never looked at.

    Stopped at any moment, the same command goes on where it was. A grid that was made larger trains
    only what is new.
    """
    from models.trials.grid import ComparisonJob
    from models.trials.jobs import load_job

    flags = {"data": data, "augment": augment, "seeds": seeds, "threads": threads}
    with report_user_errors():
        job = load_job(ComparisonJob, grid, flags)
        folder = out or Path("trained") / "comparison" / grid.stem
        ranked = _run(job, folder)
        _print(ranked, job, folder)


def _run(job: "ComparisonJob", folder: Path) -> "tuple[Ranked, ...]":
    from models import backend
    from models.data import load
    from models.training.augmentation import load_augment
    from models.trials.comparison import compare as compared

    with TrainingProgress(console(stderr=True)) as progress, explain_resuming(PROGRAM):
        data = load(job.data, on_progress=progress.note)
        augment = None if job.augment is None else load_augment(job.augment)
        start(job.threads)
        count, seeds = len(list(job.combinations())), len(job.seeds)
        progress.note(
            f"on {backend.describe_device()}: {count} combination{'s' * (count > 1)}, "
            f"{seeds} seed{'s' * (seeds > 1)} each, on {len(data.train_images):,} training images "
            f"of {data.name}"
        )
        return compared(job, data, folder, progress, augment)


def _print(ranked: "tuple[Ranked, ...]", job: "ComparisonJob", folder: Path) -> None:
    """Print the ranking, write it, and say how to train with the best."""
    from rich.table import Table

    from models.trials.comparison import write_table

    table = Table("rank", *ranked[0].settings, "accuracy", "loss", "seconds", box=None)
    for place, one in enumerate(ranked, 1):
        figures = [one.failure, ""]
        if not one.failure:
            figures = [format_mean(one.trials, "accuracy"), format_mean(one.trials, "loss")]
        settings = [str(value) for value in one.settings.values()]
        table.add_row(str(place), *settings, *figures, f"{one.seconds:.1f}")
    console().print(table)
    deviation = " with standard deviations over the seeds" if len(job.seeds) > 1 else ""
    say(f"means on validation images{deviation}: {write_table(ranked, folder / 'ranking.csv')}")
    if ranked[0].failure:
        return
    extra = "" if job.data == "digits" else f" --data {job.data}"
    extra += "" if job.augment is None else f" --augment {job.augment}"
    say(f"best:  python -m models train {ranked[0].config.as_flags()}{extra}")
