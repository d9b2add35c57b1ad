"""The command ``python -m studies seeds``."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studies.core.terminal import INTERRUPTED, console, sentences

if TYPE_CHECKING:
    from studies.tables.reference_systems import ReferenceRow


def seeds(
    data: Annotated[str, typer.Option(help="MNIST: its name, or an .npz file of it.")] = "mnist",
    quick: Annotated[
        bool,
        typer.Option("--quick", help="One epoch on 600 images: to see that all of it runs."),
    ] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="To train with.", show_default="one a processor")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder.", show_default="results/seeds, or seeds-quick")
    ] = None,
) -> None:
    """Train the five systems this project grew out of again, and ours on the same images.

    Each under its own protocol, what was reported beside what comes out here. In full it takes
    hours on two processors; stopped at any moment, the same command goes on where it was.

    [bold]python -m studies seeds --quick[/bold]

    [bold]python -m studies seeds --data mnist.npz[/bold]
    """
    from models import backend
    from models.commands.progress import TrainingProgress
    from models.data import load
    from studies.config.reference_systems import read_systems
    from studies.core.provenance import command_line
    from studies.core.terminal import say
    from studies.report.reference_systems import write_outputs
    from studies.run.reference_systems import SeedStudy
    from studies.tables.reference_systems import reference_rows

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
    screen = console()
    command = command_line(sys.argv[1:])
    folder = out or Path("results") / ("seeds-quick" if quick else "seeds")
    threads = threads or backend.processors()
    with sentences():
        systems, clean = read_systems(), load(data)
        try:
            with backend.quiet_start():
                backend.pin_threads(threads)
            with TrainingProgress(screen) as progress:
                results = SeedStudy(systems, clean, folder, progress, quick=quick).run()
        except KeyboardInterrupt:
            say(screen, f"Stopped. What is finished is stored in {folder}; to go on, type")
            say(screen, f"  {command}")
            raise typer.Exit(INTERRUPTED) from None
        table = reference_rows(results)
        files = write_outputs(
            table,
            systems,
            folder,
            command=command,
            threads=threads,
            data_digest=clean.digest,
            quick=quick,
        )
    _print(table, files)


def _print(table: "list[ReferenceRow]", files: list[Path]) -> None:
    from rich.table import Table

    from studies.core.terminal import say
    from studies.report.reference_systems import found

    shown = Table("images", "system", "model", box=None)
    for title in ("reported or goal", "here"):
        shown.add_column(title, justify="right", no_wrap=True)
    shown.add_column("verdict")
    last = ""
    for line in table:
        if last and line.noise != last:
            shown.add_section()
        noise = line.noise if line.noise != last else ""
        shown.add_row(
            noise, line.system, line.model, f"{line.expected:.2%}", found(line), line.verdict
        )
        last = line.noise
    screen = console()
    screen.print(shown)
    for path in files:
        say(screen, str(path))
    say(screen, f"To look at it, open {files[0]} in a browser.")
