"""The command ``python -m studies diagnose``."""

from pathlib import Path
from typing import Annotated

import typer

from studies.cli.runner import FAILED_CELLS, Data, Models, given, run_command, split_names


def diagnose(
    data: Data = None,
    models: Models = None,
    corruption: Annotated[
        str | None,
        typer.Option(
            metavar="SPEC",
            help="Evaluate corrupted images too, beside the clean ones: 'rotation(degrees=30)'.",
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(min=0, help="Noise seed of the corruption; it also selects images to show."),
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Results folder, as of a sweep; its trained models are used.",
            show_default="results/quickstart",
        ),
    ] = None,
) -> None:
    """Show what models get wrong: confusions, calibration, misclassified images, and the data.

    Without options, it diagnoses the two networks of the preset quickstart on handwritten digits,
    and trains them if necessary. It writes a page, tables and figures to DIR/diagnosis.

    [bold]python -m studies diagnose --corruption "gaussian_noise(sigma=0.3)"[/bold]

    [bold]python -m studies diagnose --data mnist.npz --models cnn,mine.keras[/bold]
    """
    overrides = given(data=data, models=split_names(models), seeds=[seed])
    with run_command() as run:
        from studies.config.files import default_folder, load_study
        from studies.report.console import print_diagnosis
        from studies.workflows.diagnosis import diagnose as run_diagnosis

        quickstart = load_study("quickstart", overrides)
        run.folder = out or default_folder("quickstart", quickstart)
        study = quickstart.model_copy(update={"name": "diagnosis"})
        report, files = run_diagnosis(
            study, corruption, run.folder, command=run.command, observer=run.observer()
        )
        print_diagnosis(run.console, report, files)
        run.status = FAILED_CELLS if report.missing else 0
