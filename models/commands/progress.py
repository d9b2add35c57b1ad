"""What a person sees while models train: a bar on a terminal, elsewhere a line now and then."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from models.training.reports import EpochReport


class TrainingProgress:
    """Follow one training after another; used as a context around them.

    Parameters
    ----------
    console
        Where to print, best standard error.
    pause
        Seconds between two lines where there is no terminal.
    clock
        What tells the time, in seconds.
    """

    def __init__(
        self, console: "Console", *, pause: float = 10, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from rich.progress import Progress, TextColumn

        self._console = console
        self._bars = Progress(
            *Progress.get_default_columns(),
            TextColumn("{task.fields[seen]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._pause, self._clock = pause, clock
        self._spoken = clock()
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
        self._spoken = self._clock()

    def begin(self, name: str) -> None:
        """Hear that a training begins, or goes on."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(name, total=None, seen="")
        self._name, self._epochs = name, 0

    def epoch_done(self, report: "EpochReport") -> None:
        """Hear that an epoch of the training is done."""
        if self._task is None:
            raise RuntimeError("an epoch came before its training began")
        if self._epochs == 0 and report.epoch > 1:
            self.note(f"{self._name} goes on after epoch {report.epoch - 1}")
        self._epochs = report.epoch
        seen = report.validation_accuracy
        text = f"accuracy {report.accuracy:.2%}" if seen is None else f"validation {seen:.2%}"
        self._bars.update(self._task, total=report.epochs, completed=report.epoch, seen=text)
        is_due = self._clock() - self._spoken >= self._pause
        if is_due and not self._console.is_terminal:
            self.note(f"{self._name}: epoch {report.epoch} of {report.epochs}, {text}")

    @property
    def epochs_done(self) -> int:
        """Whole epochs of the training at hand, those before a resumption included."""
        return self._epochs
