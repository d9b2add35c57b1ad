"""The command ``python -m studies diagnose``."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from models.data import describe_sources
from studies.core.terminal import FAILED_CELLS, INTERRUPTED, console, sentences


def diagnose(
    data: Annotated[
        str | None,
        typer.Option(help=f"Data: {describe_sources()}."),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(help="Architectures or model files, with commas between: mlp,cnn."),
    ] = None,
    corruption: Annotated[
        str | None,
        typer.Option(
            metavar="SPEC",
            help="Look at corrupted images too, beside the clean ones: 'rotation(degrees=30)'.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Of the corruption, and of the choice of images to show.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Results folder, as of a sweep; its trained models are used again."),
    ] = None,
) -> None:
    """See what models get wrong: confusions, calibration, galleries, and the data itself.

    Without options, the two networks of the quick start on handwritten digits, trained where they
    are not yet. It writes a page, tables and pictures to DIR/diagnosis.

    [bold]python -m studies diagnose --corruption "gaussian_noise(sigma=0.3)"[/bold]

    [bold]python -m studies diagnose --data mnist.npz --models cnn,mine.keras[/bold]
    """
    overrides: dict[str, object] = {"seeds": [seed]}
    if data is not None:
        overrides["data"] = data
    if models is not None:
        overrides["models"] = [name.strip() for name in models.split(",")]
    raise typer.Exit(_diagnose(overrides, corruption, out))


def _diagnose(overrides: dict[str, object], spec: str | None, out: Path | None) -> int:
    """Run a diagnosis, print its end, and return the exit status."""
    from studies.config.files import default_folder, load_study
    from studies.core.progress import observer_for
    from studies.core.provenance import command_line
    from studies.core.terminal import say
    from studies.report.diagnosis.console import print_diagnosis
    from studies.workflows.diagnosis import diagnose

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
    screen = console()
    command = command_line(sys.argv[1:])
    with sentences():
        quickstart = load_study("quickstart", overrides)
        folder = out or default_folder("quickstart", quickstart)
        study = quickstart.model_copy(update={"name": "diagnosis"})
        try:
            done = diagnose(study, spec, folder, command=command, observer=observer_for(screen))
        except KeyboardInterrupt:
            say(screen, f"Stopped. What is computed is stored in {folder}; to go on, type")
            say(screen, f"  {command}")
            return INTERRUPTED
        print_diagnosis(screen, done)
    return FAILED_CELLS if done.missing else 0
