"""The command ``python -m studies matrix``."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.data import describe_sources
from studies.core.terminal import FAILED_CELLS, INTERRUPTED, console, sentences

if TYPE_CHECKING:
    from rich.console import Console

    from studies.workflows.matrix import MatrixResult

QUICK = {"training_seeds": 1, "seeds": 1, "strengths": 2}
"""What ``--quick`` puts in place of the study's settings, where no option says otherwise."""


def matrix(  # noqa: PLR0913, PLR0917 - an option each
    study: Annotated[
        str, typer.Argument(metavar="STUDY.toml", help="A matrix study, or the name of a preset.")
    ] = "matrix",
    data: Annotated[
        str | None,
        typer.Option(help=f"Data: {describe_sources()}."),
    ] = None,
    architecture: Annotated[
        str | None, typer.Option(help="What is trained; `python -m models list` shows them.")
    ] = None,
    corruptions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="A corruption at its worst, to train and to test on; repeat it for more. The "
            "mixtures of the study are then left out.",
        ),
    ] = None,
    strengths: Annotated[
        int | None, typer.Option(help="Points on the way to each corruption to test at.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Independent draws of each random corruption in the tests.")
    ] = None,
    training_seeds: Annotated[
        int | None, typer.Option(help="Networks a training, each with a seed of its own.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Of each training.")] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="One network a training, one draw, two strengths."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Results folder.", show_default="results/NAME-OF-THE-STUDY"),
    ] = None,
) -> None:
    """Train on each corruption and test on each, to see what training with noise buys, and where.

    One architecture is trained on clean images, on each corruption by itself and on mixtures of
    them, and every network is tested on clean images and under each corruption. A heat map, the
    gains over training on clean images, and the best training, all with 95 % intervals.

    Stopped at any moment, the same command goes on where it was.

    [bold]python -m studies matrix --quick[/bold]

    [bold]python -m studies matrix --data mnist.npz --architecture cnn --training-seeds 3[/bold]
    """
    asked: dict[str, object] = {
        "data": data,
        "architecture": architecture,
        "corruptions": corruptions or None,
        "mixtures": {} if corruptions else None,
        "strengths": strengths,
        "seeds": seeds,
        "training_seeds": training_seeds,
        "epochs": epochs,
    }
    given = {setting: value for setting, value in asked.items() if value is not None}
    overrides = {**QUICK, **given} if quick else given
    raise typer.Exit(_matrix(study, overrides, out, quick=quick))


def _matrix(source: str, overrides: dict[str, object], out: Path | None, *, quick: bool) -> int:
    """Run a matrix, print its end, and return the exit status."""
    from studies.config.matrix import default_folder, load_matrix
    from studies.core.progress import observer_for
    from studies.core.provenance import command_line
    from studies.core.terminal import say
    from studies.workflows.matrix import run_matrix

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
    screen = console()
    command = command_line(sys.argv[1:])
    with sentences():
        study = load_matrix(source, overrides)
        usual = default_folder(source, study)
        folder = out or (usual.with_name(f"{usual.name}-quick") if quick else usual)
        try:
            ending = run_matrix(study, folder, command=command, observer=observer_for(screen))
        except KeyboardInterrupt:
            say(screen, f"Stopped. What is finished is stored in {folder}; to go on, type")
            say(screen, f"  {command}")
            return INTERRUPTED
        _print(screen, ending, folder)
    return FAILED_CELLS if ending.missing else 0


def _print(screen: "Console", ending: "MatrixResult", folder: Path) -> None:
    from studies.core.terminal import say
    from studies.report.matrix.tables import console_table
    from studies.report.matrix.text import about_seeds, answer

    screen.print(console_table(ending.matrix))
    for sentence in (*answer(ending.matrix), *about_seeds(ending.matrix)):
        screen.print(sentence, markup=False, highlight=False)
    if ending.missing:
        say(screen, f"{ending.missing} cells are missing; the same command tries them again.")
    say(screen, f"Written to {folder}:")
    say(screen, f"  results.sqlite   {ending.cell_counts.planned - ending.missing} cells, "
                f"{ending.cell_counts.computed} of them computed now")  # fmt: skip
    say(screen, "  models/          the networks, each with its origin")
    say(screen, "  matrix.csv       one line a training and test; trainings.csv: one a training")
    say(screen, "  figures/         matrix.png and gains.png")
    say(screen, f"The curves of every network: python -m studies report {folder}")
    say(screen, f"Next: open {ending.files[0]} in a browser.")
