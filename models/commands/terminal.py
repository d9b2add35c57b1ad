"""What every command shares: where it prints, and what it says when the user can mend something."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from models.trials.trial_runner import Metric, Trial

BAD_INPUT = 2
INTERRUPTED = 130
DATA_HELP = (
    "digits, mnist, fashion_mnist, cifar10, an .npz file, a folder of class folders, or KMNIST's."
)


def console(*, stderr: bool = False) -> "Console":
    """Return where commands print: results on standard output, the rest on standard error."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def say(text: str, *, stderr: bool = False) -> None:
    """Print a line as it is, however long."""
    console(stderr=stderr).print(text, markup=False, soft_wrap=True)


def format_mean(trials: "Sequence[Trial]", figure: "Metric") -> str:
    """Write the mean of a figure over trials, with its standard deviation if there are several."""
    from models.trials.trial_runner import mean, standard_deviation

    shape = ".2%" if figure == "accuracy" else ".4f"
    spread = standard_deviation(trials, figure)
    return f"{mean(trials, figure):{shape}}" + ("" if spread is None else f" ± {spread:{shape}}")


def command_line(program: str) -> str:
    """Return what was typed, to be typed again."""
    return shlex.join(["python", "-m", program, *sys.argv[1:]])


@contextmanager
def explain_resuming(program: str) -> Iterator[None]:
    """Answer Ctrl-C by saying how to go on, for work that is on disk as far as it is done."""
    try:
        yield
    except KeyboardInterrupt:
        say("stopped; to go on where it was, type", stderr=True)
        say(f"  {command_line(program)}", stderr=True)
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def report_user_errors() -> Iterator[None]:
    """Turn the errors a user can make into one sentence and an exit code."""
    from models.architectures import ArchitectureError
    from models.backend import BackendError
    from models.data import DataError
    from models.drawing.diagram import DiagramError
    from models.predictors import PredictionError
    from models.store import ModelError
    from models.training import TrainingError

    try:
        yield
    except (
        ArchitectureError, BackendError, DataError, DiagramError, ModelError, PredictionError,
        TrainingError,
    ) as error:  # fmt: skip
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        say("stopped; nothing was saved", stderr=True)
        raise typer.Exit(INTERRUPTED) from None
