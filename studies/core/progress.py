"""What a person sees while a study runs: bars on a terminal, elsewhere a line now and then."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

_WIDE = 100  # columns of a terminal with room for a long bar


class Observer(Protocol):
    """Someone who is told how a study goes on; used as a context around it."""

    def __enter__(self) -> Self:
        """Begin to watch."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching and leave the terminal clean."""
        return

    def note(self, text: str) -> None:
        """Hear of something worth a line of its own."""
        ...

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Hear that a model in training has finished an epoch, the first being 1."""
        ...

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Hear how many of the planned cells are still to be computed.

        An adaptive sweep begins anew with each round, when it knows what to ask next.
        """
        ...

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Hear that a cell is stored, and the accuracy in it."""
        ...

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Hear that a cell failed."""
        ...


def observer_for(console: "Console") -> Observer:
    """Return the observer that suits a console: a bar on a terminal, else plain lines."""
    return BarObserver(console) if console.is_terminal else LineObserver(console)


class BarObserver:
    """Progress bars with cells a second, time left and the accuracy just seen."""

    def __init__(self, console: "Console") -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.table import Column

        # What was seen last takes the room that is left, however long its spec: the numbers stay.
        rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28 if console.width >= _WIDE else 12),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[seen]}", markup=False, table_column=rest),
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
        """Move the model's bar by an epoch."""
        if model not in self._training:
            self._training[model] = self._progress.add_task(
                f"training {model}", total=epochs, rate="epochs", seen=""
            )
        self._progress.update(
            self._training[model], completed=epoch, seen=f"accuracy {100 * accuracy:.1f} %"
        )

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Add the bar of the sweep, as far as it has come before; with a new round it grows."""
        self._round += 1
        if self._sweep is None:
            self._begun = time.monotonic()
            self._sweep = self._progress.add_task("sweep", total=planned, rate="cells", seen="")
        self._progress.update(
            self._sweep,
            total=planned,
            completed=planned - missing,
            description=_sweep_title(self._round),
        )

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Move the bar by a cell."""
        self._advance(f"{model} {100 * accuracy:.1f} % under {pipeline}")

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Move the bar by a cell, and say what went wrong."""
        self.note(f"failed: {model} under {pipeline}: {error}")
        self._advance("")

    def _advance(self, seen: str) -> None:
        if self._sweep is None:
            raise RuntimeError("a cell came before the sweep began")
        self._cells += 1
        rate = self._cells / max(time.monotonic() - self._begun, 1e-9)
        self._progress.update(self._sweep, advance=1, rate=f"{rate:.1f} cells/s", seen=seen)


class LineObserver(Observer):
    """Plain lines, at most one in ten seconds besides notes and failures.

    Parameters
    ----------
    console
        Where to print.
    pause
        Seconds between two lines.
    clock
        What tells the time, in seconds.
    """

    def __init__(
        self, console: "Console", *, pause: float = 10, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._pause = pause
        self._clock = clock
        self._spoken = clock()
        self._begun = 0.0
        self._planned = self._missing = self._done = self._round = 0

    def note(self, text: str) -> None:
        """Print a line."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        self._spoken = self._clock()

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Print the last epoch, and others now and then."""
        if epoch == epochs or self._due():
            self.note(
                f"training {model}: epoch {epoch} of {epochs}, accuracy {100 * accuracy:.1f} %"
            )

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Print how much there is to do."""
        self._begun = self._clock()
        self._planned, self._missing, self._done = planned, missing, 0
        self._round += 1
        self.note(f"{_sweep_title(self._round)}: {missing} of {planned} cells to compute")

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Print now and then how far it is, and the accuracy just seen."""
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
        """Print what went wrong."""
        self._done += 1
        self.note(f"failed: {model} under {pipeline}: {error}")

    def _due(self) -> bool:
        return self._clock() - self._spoken >= self._pause


def _duration(seconds: float) -> str:
    """Return a time with the unit that suits it: ``90 s``, ``12 min``, ``3.5 h``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _sweep_title(number: int) -> str:
    """Return what a round of a sweep is called; most sweeps have one only."""
    return "sweep" if number == 1 else f"sweep, round {number}"
