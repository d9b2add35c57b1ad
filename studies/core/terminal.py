"""The terminal: lines that commands print, and the progress of trainings and sweeps."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID


def console() -> "Console":
    """Return the console: the terminal, or 120 columns where the output is no terminal."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=120)


def print_line(console: "Console", text: str) -> None:
    """Print one line without markup, colours or line breaks."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def print_written(console: "Console", folder: Path, files: Mapping[str, str], page: Path) -> None:
    """Print what was written to a folder, file name -> description, and the page to open next."""
    print_line(console, f"Written to {folder}:")
    for name, description in files.items():
        print_line(console, f"  {name:<16} {description}")
    print_line(console, f"Next: open {page} in a browser.")


_WIDE = 100  # columns of a terminal with room for a long bar


class Observer:
    """Receives the events of a study; this one ignores them. Used as a context around the study."""

    def __enter__(self) -> Self:
        """Start observing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop observing, and leave the terminal clean."""

    def note(self, text: str) -> None:
        """Receive a message that deserves a line of its own."""

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Receive the number, from 1, and the accuracy of a finished epoch of training."""

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Receive how many of the planned cells are still to be computed.

        An adaptive sweep begins again with each round, when it has chosen new strengths.
        """

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Receive the accuracy of a cell that was computed and stored."""

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Receive the error of a cell that failed."""


def observer_for(console: "Console") -> Observer:
    """Return the observer for a console: bars on a terminal, lines elsewhere."""
    return BarObserver(console) if console.is_terminal else LineObserver(console)


class BarObserver(Observer):
    """Progress bars with the rate, the time left and the accuracy of the last cell."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.table import Column

        # The last column takes the room that is left, so that a long spec hides no number.
        rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28 if console.width >= _WIDE else 12),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[last]}", markup=False, table_column=rest),
            console=console,
            expand=True,
        )
        self._training: dict[str, TaskID] = {}
        self._sweep: TaskID | None = None
        self._begun = 0.0
        self._cells = self._round = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._progress.console.print(text, markup=False, highlight=False)

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Advance the bar of the model by one epoch."""
        if model not in self._training:
            self._training[model] = self._progress.add_task(
                f"training {model}", total=epochs, rate="epochs", last=""
            )
        self._progress.update(
            self._training[model], completed=epoch, last=f"accuracy {100 * accuracy:.1f} %"
        )

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Add the bar of the sweep; a further round lengthens it."""
        self._round += 1
        if self._sweep is None:
            self._begun = time.monotonic()
            self._sweep = self._progress.add_task("sweep", total=planned, rate="cells", last="")
        self._progress.update(
            self._sweep,
            total=planned,
            completed=planned - missing,
            description=_sweep_title(self._round),
        )

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Advance the bar of the sweep by one cell."""
        self._advance(f"{model} {100 * accuracy:.1f} % under {pipeline}")

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Advance the bar of the sweep by one cell, and print the error above it."""
        self.note(f"failed: {model} under {pipeline}: {error}")
        self._advance("")

    def _advance(self, last: str) -> None:
        if self._sweep is None:
            raise RuntimeError("a cell was reported before the sweep began")
        self._cells += 1
        rate = self._cells / max(time.monotonic() - self._begun, 1e-9)
        self._progress.update(self._sweep, advance=1, rate=f"{rate:.1f} cells/s", last=last)


class LineObserver(Observer):
    """Plain lines, at most one in ten seconds besides notes and failures.

    Parameters
    ----------
    console : Console
        Where to print.
    pause : float
        Seconds between two lines.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(
        self, console: "Console", *, pause: float = 10, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._pause = pause
        self._clock = clock
        self._last_line = clock()
        self._begun = 0.0
        self._planned = self._missing = self._done = self._round = 0

    def note(self, text: str) -> None:
        """Print a line."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        self._last_line = self._clock()

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Print the last epoch, and others now and then."""
        if epoch == epochs or self._due():
            self.note(
                f"training {model}: epoch {epoch} of {epochs}, accuracy {100 * accuracy:.1f} %"
            )

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Print how many cells there are to compute."""
        self._begun = self._clock()
        self._planned, self._missing, self._done = planned, missing, 0
        self._round += 1
        self.note(f"{_sweep_title(self._round)}: {missing} of {planned} cells to compute")

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Print the progress and the accuracy of the cell now and then."""
        self._done += 1
        if self._due():
            rate = self._done / max(self._clock() - self._begun, 1e-9)
            stored = self._planned - self._missing + self._done
            left = (self._missing - self._done) / rate
            self.note(
                f"{_sweep_title(self._round)}: {stored} of {self._planned} cells, "
                f"{rate:.1f} cells/s, {_duration(left)} left; "
                f"{model} {100 * accuracy:.1f} % under {pipeline}"
            )

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Print the error."""
        self._done += 1
        self.note(f"failed: {model} under {pipeline}: {error}")

    def _due(self) -> bool:
        return self._clock() - self._last_line >= self._pause


def _duration(seconds: float) -> str:
    """Return a duration in a suitable unit: ``90 s``, ``12 min``, ``3.5 h``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _sweep_title(number: int) -> str:
    """Return the title of a round of a sweep; most sweeps have only one."""
    return "sweep" if number == 1 else f"sweep, round {number}"
