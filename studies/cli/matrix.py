"""The command ``python -m studies matrix``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studies.cli.runner import FAILED_CELLS, CommandRun, Data, given, run_command

if TYPE_CHECKING:
    from studies.workflows.matrix import MatrixResult

QUICK = {"training_seeds": 1, "seeds": 1, "strengths": 2}
"""Settings that ``--quick`` replaces, unless an option gives another value."""


def matrix(  # noqa: PLR0913, PLR0917 - an option each
    study: Annotated[
        str, typer.Argument(metavar="STUDY.toml", help="A matrix study, or the name of a preset.")
    ] = "matrix",
    data: Data = None,
    architecture: Annotated[
        str | None,
        typer.Option(
            help="What is trained; `python -m models list` shows the architectures.",
            show_default="the study's",
        ),
    ] = None,
    corruptions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="A corruption at maximum severity, to train and to test on; repeat the option for "
            "more. The mixtures of the study are then left out.",
        ),
    ] = None,
    strengths: Annotated[
        int | None,
        typer.Option(
            help="Number of strengths of each corruption to test at.", show_default="the study's"
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            help="Number of noise seeds for each random corruption in the tests.",
            show_default="the study's",
        ),
    ] = None,
    training_seeds: Annotated[
        int | None,
        typer.Option(
            help="Number of networks for each training, each with its own seed.",
            show_default="the study's",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(help="Epochs of each training.", show_default="by architecture and data"),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="One network for each training, one noise seed, 2 strengths."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Results folder.", show_default="results/NAME-OF-THE-STUDY"),
    ] = None,
) -> None:
    """Train on each corruption and test on each, to see what training with noise gains, and where.

    One architecture is trained on clean images, on each corruption by itself and on mixtures of
    them, and every network is tested on clean images and under each corruption. The report has a
    heat map, the gains over training on clean images, and the best training, all with 95 %
    intervals.

    After an interruption, the same command resumes.

    [bold]python -m studies matrix --quick[/bold]

    [bold]python -m studies matrix --data mnist.npz --architecture cnn --training-seeds 3[/bold]
    """
    options = given(
        data=data,
        architecture=architecture,
        corruptions=corruptions or None,
        mixtures={} if corruptions else None,
        strengths=strengths,
        seeds=seeds,
        training_seeds=training_seeds,
        epochs=epochs,
    )
    overrides = {**QUICK, **options} if quick else options
    with run_command() as run:
        from studies.config.files import default_folder
        from studies.config.matrix import load_matrix
        from studies.workflows.matrix import run_matrix

        settings = load_matrix(study, overrides)
        usual = default_folder(study, settings)
        run.folder = out or (usual.with_name(f"{usual.name}-quick") if quick else usual)
        result = run_matrix(settings, run.folder, command=run.command, observer=run.observer())
        _print(run, result, run.folder)
        run.status = FAILED_CELLS if result.missing else 0


def _print(run: CommandRun, result: "MatrixResult", folder: Path) -> None:
    from studies.core.terminal import print_line, print_written
    from studies.report.console import console_table
    from studies.report.matrix_text import about_seeds, accuracies_table, answer

    title = "Accuracy in %: a row is a training, a column a test"
    run.console.print(console_table(accuracies_table(result.matrix), title))
    for sentence in (*answer(result.matrix), *about_seeds(result.matrix)):
        run.console.print(sentence, markup=False, highlight=False)
    if result.missing:
        print_line(
            run.console, f"{result.missing} cells are missing; the same command tries them again."
        )
    print_line(run.console, f"The curves of every network: python -m studies report {folder}")
    counts = result.cell_counts
    files = {
        "results.sqlite": f"{counts.planned - result.missing} cells, {counts.computed} of them "
        "computed now",
        "models/": "the networks, each with the record of its training",
        "matrix.csv": "one line for each training and test; trainings.csv: one for each training",
        "figures/": "matrix.png and gains.png",
    }
    print_written(run.console, folder, files, result.files[-1])
