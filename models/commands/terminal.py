"""What all commands share: output, formatting of metrics, and errors as sentences."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from models.data.sources import describe_sources
from models.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from models.trials.trial_runner import Metric, Trial

BAD_INPUT = 2
INTERRUPTED = 130
DATA_HELP = f"{describe_sources()}."


def console(*, stderr: bool = False) -> "Console":
    """Return the console for results (standard output) or for messages (standard error)."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def print_line(text: str, *, stderr: bool = False) -> None:
    """Print a line without markup or line breaks."""
    console(stderr=stderr).print(text, markup=False, soft_wrap=True)


def format_mean(trials: "Sequence[Trial]", metric: "Metric") -> str:
    """Return the mean of a metric over trials, with its standard deviation for several trials."""
    from models.trials.trial_runner import mean, standard_deviation

    form = ".2%" if metric == "accuracy" else ".4f"
    deviation = standard_deviation(trials, metric)
    suffix = "" if deviation is None else f" ± {deviation:{form}}"
    return f"{mean(trials, metric):{form}}{suffix}"


def command_line(program: str) -> str:
    """Return the command that the user typed."""
    return shlex.join(["python", "-m", program, *sys.argv[1:]])


@contextmanager
def explain_resuming(program: str) -> Iterator[None]:
    """Answer Ctrl-C with the command that resumes the work, which is stored as far as it is done.

    Parameters
    ----------
    program : str
        The package after ``python -m``.

    Yields
    ------
    None
        Do the work inside the block.
    """
    try:
        yield
    except KeyboardInterrupt:
        print_line("stopped; to resume, type", stderr=True)
        print_line(f"  {command_line(program)}", stderr=True)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def report_user_errors() -> Iterator[None]:
    """Report errors that the user can correct in one sentence, and exit with a status.

    Yields
    ------
    None
        Run the command inside the block.
    """
    try:
        yield
    except UserError as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        print_line("stopped; nothing was saved", stderr=True)
        raise typer.Exit(INTERRUPTED) from None
