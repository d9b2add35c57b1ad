"""Progress of trainings: a bar on a terminal, and a line from time to time elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from models.training.reports import EpochReport


class TrainingProgress:
    """Shows the progress of one training after another; use it as a context manager.

    It is a `models.training.reports.TrainingObserver`.

    Parameters
    ----------
    console : rich.console.Console
        Where to print, normally standard error.
    pause : float, optional
        Seconds between two lines where there is no terminal.
    clock : callable, optional
        Returns the time in seconds.
    """

    def __init__(
        self, console: "Console", *, pause: float = 10, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from rich.progress import Progress, TextColumn

        self._console = console
        self._bars = Progress(
            *Progress.get_default_columns(),
            TextColumn("{task.fields[accuracy]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._pause, self._clock = pause, clock
        self._last_line = clock()
        self._task: TaskID | None = None
        self._name = ""
        self._epochs = 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def note(self, text: str) -> None:
        """Print a line, above the bar if there is one."""
        self._console.print(text, markup=False, soft_wrap=True)
        self._last_line = self._clock()

    def begin(self, name: str) -> None:
        """Show a bar for a training that begins or resumes."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(name, total=None, accuracy="")
        self._name, self._epochs = name, 0

    def epoch_done(self, report: "EpochReport") -> None:
        """Show an epoch of the training.

        Parameters
        ----------
        report : EpochReport
            The metrics of the epoch.
        """
        if self._task is None:
            raise RuntimeError("epoch_done was called before begin")
        if self._epochs == 0 and report.epoch > 1:
            self.note(f"{self._name} resumes after epoch {report.epoch - 1}")
        self._epochs = report.epoch
        validation = report.validation_accuracy
        text = (
            f"accuracy {report.accuracy:.2%}"
            if validation is None
            else f"validation {validation:.2%}"
        )
        self._bars.update(self._task, total=report.epochs, completed=report.epoch, accuracy=text)
        is_due = self._clock() - self._last_line >= self._pause
        if is_due and not self._console.is_terminal:
            self.note(f"{self._name}: epoch {report.epoch} of {report.epochs}, {text}")

    @property
    def epochs_done(self) -> int:
        """Whole epochs of the current training, including those before a resumption."""
        return self._epochs
