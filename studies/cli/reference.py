"""The command ``python -m studies reference``."""

from pathlib import Path
from typing import Annotated

import typer

from studies.cli.runner import run_command

_FORMER = "seeds"
"""The former name of the command, and of its results folder."""


def reference(
    data: Annotated[str, typer.Option(help="MNIST: its name, or an .npz file of it.")] = "mnist",
    quick: Annotated[
        bool,
        typer.Option("--quick", help="One epoch on 600 images, to see that everything works."),
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Threads to train with.", show_default="one for each processor"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Results folder.", show_default="results/reference, or reference-quick"),
    ] = None,
) -> None:
    """Reproduce the reference systems that this project follows, and train ours on the same images.

    The five systems are trained as they report it, and the table shows the reported accuracy beside
    that of the reproduction. A full run takes hours on two processors; after an interruption, the
    same command resumes.

    [bold]python -m studies reference --quick[/bold]

    [bold]python -m studies reference --data mnist.npz[/bold]
    """
    with run_command() as run:
        from models import backend
        from models.commands.progress import TrainingProgress
        from models.data import load
        from studies.config.reference_systems import read_systems
        from studies.core.terminal import print_line
        from studies.report.console import console_table
        from studies.report.reference_systems import plain_table, write_outputs
        from studies.run.models import start_backend
        from studies.run.reference_systems import ReferenceStudy
        from studies.tables.reference_systems import reference_rows

        run.folder = folder = out or _default_folder(quick=quick)
        threads = threads or backend.processors()
        systems, clean = read_systems(), load(data)
        start_backend(threads)
        with TrainingProgress(run.console) as progress:
            results = ReferenceStudy(systems, clean, folder, progress, quick=quick).run()
        table = reference_rows(results)
        files = write_outputs(
            table,
            systems,
            folder,
            command=run.command,
            threads=threads,
            data_digest=clean.digest,
            quick=quick,
        )
        run.console.print(console_table(plain_table(table), "Test accuracy", groups="Images"))
        for path in files:
            print_line(run.console, str(path))
        print_line(run.console, f"Next: open {files[0]} in a browser.")


def seeds(context: typer.Context) -> None:
    """Explain that this command is called ``reference``."""
    with run_command():
        from studies.core.errors import StudyError
        from studies.core.provenance import command_line

        command = command_line(["reference", *context.args])
        raise StudyError(f"`python -m studies {_FORMER}` is now called `reference`; type {command}")


def _default_folder(*, quick: bool) -> Path:
    """Return the results folder, and refuse to begin again where one has the former name."""
    from studies.core.errors import StudyError

    suffix = "-quick" if quick else ""
    folder, former = (Path("results", f"{name}{suffix}") for name in ("reference", _FORMER))
    if former.is_dir() and not folder.exists():
        raise StudyError(
            f"{former} holds finished trainings, and is now called {folder}; rename it, or use it "
            f"with --out {former}"
        )
    return folder
