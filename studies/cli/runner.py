"""What every command shares: options, how it ends, and how it reports errors."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.data import describe_sources
from models.errors import UserError
from models.predictors import describe_endings
from studies.core.provenance import command_line
from studies.core.terminal import console, print_line

if TYPE_CHECKING:
    from rich.console import Console

    from studies.core.terminal import Observer

FAILED_CELLS = 1
BAD_INPUT = 2
INTERRUPTED = 130

Data = Annotated[
    str | None, typer.Option(help=f"Data: {describe_sources()}.", show_default="the study's")
]
Models = Annotated[
    str | None,
    typer.Option(
        help=f"Architectures, {describe_endings()} files, or package.module:function, separated by "
        "commas: mlp,cnn.",
        show_default="the study's",
    ),
]


def split_names(names: str | None) -> list[str] | None:
    """Return the names in a list with commas, None where the option is not given."""
    return None if names is None else [name.strip() for name in names.split(",")]


def given(**options: object) -> dict[str, object]:
    """Return the options that are given, by name."""
    return {name: value for name, value in options.items() if value is not None}


@dataclass(slots=True)
class CommandRun:
    """One run of a command, with the console that it prints to."""

    console: "Console"
    command: str  # the command line that repeats it
    folder: Path | None = None  # from which the same command resumes, once it is known
    status: int = 0  # the exit status when the command comes to its end

    def observer(self) -> "Observer":
        """Return an observer that prints progress."""
        from studies.core.terminal import observer_for

        return observer_for(self.console)


@contextmanager
def run_command() -> Iterator[CommandRun]:
    """Run the command inside the block: report errors in one sentence, and exit with a status.

    Ctrl-C is answered with the command line that resumes.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs to stderr otherwise
    run = CommandRun(console(), command_line(sys.argv[1:]))
    try:
        yield run
    except KeyboardInterrupt:
        stored = f"; what is finished is stored in {run.folder}" if run.folder else ""
        print_line(run.console, f"stopped{stored}; to resume, type")
        print_line(run.console, f"  {run.command}")
        raise typer.Exit(INTERRUPTED) from None
    except (UserError, OSError) as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(BAD_INPUT) from None
    if run.status:
        raise typer.Exit(run.status)
