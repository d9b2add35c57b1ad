"""What every command shares: how it ends, and what it says when the user can mend something."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

FAILED_CELLS = 1
BAD_INPUT = 2
INTERRUPTED = 130


@contextmanager
def sentences() -> Iterator[None]:
    """Turn mistakes that a user can mend into one sentence and an exit status."""
    from models.architectures import ArchitectureError
    from models.backend import BackendError
    from models.data import DataError
    from models.predictors import PredictionError
    from models.store import ModelError
    from models.training import TrainingError
    from studies.core.errors import StudyError

    from_models = (
        ArchitectureError,
        BackendError,
        DataError,
        ModelError,
        PredictionError,
        TrainingError,
    )
    try:
        yield
    except (StudyError, *from_models, OSError) as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(BAD_INPUT) from None


def console() -> "Console":
    """Return where commands print: the terminal, or 120 columns where there is none."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=120)


def say(console: "Console", text: str) -> None:
    """Print one line as it is: no markup, no colours, not wrapped."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
