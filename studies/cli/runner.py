"""What every command shares: options, how it ends, and how it reports errors."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.data import describe_sources
from models.errors import UserError
from models.predictors import describe_endings
from studies.core.provenance import command_line
from studies.core.terminal import console, say

if TYPE_CHECKING:
    from rich.console import Console

    from studies.core.progress import Observer

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
    """One run of a command.

    Attributes
    ----------
    console : Console
        Where the command prints.
    command : str
        The command line that repeats it.
    folder : Path or None
        The folder from which the same command resumes, once it is known.
    status : int
        The exit status when the command comes to its end.
    """

    console: "Console"
    command: str
    folder: Path | None = None
    status: int = 0

    def observer(self) -> "Observer":
        """Return an observer that prints progress."""
        from studies.core.progress import observer_for

        return observer_for(self.console)

    def print_written(self, folder: Path, files: Mapping[str, str], page: Path) -> None:
        """Print what was written, with a description of each file, and the next step."""
        say(self.console, f"Written to {folder}:")
        for name, description in files.items():
            say(self.console, f"  {name:<16} {description}")
        say(self.console, f"Next: open {page} in a browser.")


@contextmanager
def run_command() -> Iterator[CommandRun]:
    """Run a command: report errors in one sentence, answer Ctrl-C, and exit with a status.

    Yields
    ------
    CommandRun
        The command runs inside the block.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs to stderr otherwise
    run = CommandRun(console(), command_line(sys.argv[1:]))
    try:
        yield run
    except KeyboardInterrupt:
        stored = f"; what is finished is stored in {run.folder}" if run.folder else ""
        say(run.console, f"stopped{stored}; to resume, type")
        say(run.console, f"  {run.command}")
        raise typer.Exit(INTERRUPTED) from None
    except (UserError, OSError) as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(BAD_INPUT) from None
    if run.status:
        raise typer.Exit(run.status)
