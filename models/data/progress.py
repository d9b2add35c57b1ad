"""Tell how far a long reading is, without printing."""

import time
from collections.abc import Callable

OnProgress = Callable[[str], None]

PAUSE = 2.0
"""Seconds before the first sentence, and between two."""


class ProgressReporter:
    """Tells at most one sentence every `PAUSE` seconds.

    Parameters
    ----------
    what
        Is being done, such as ``reading the pictures of pets``.
    total
        How many there are.
    on_progress
        Called with the sentence; None to stay silent.
    clock
        What tells the time, in seconds.
    """

    def __init__(
        self,
        what: str,
        total: int,
        on_progress: OnProgress | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._total = total
        self._on_progress = on_progress
        self._clock = clock
        self._last = clock()

    def reached(self, done: int) -> None:
        """Tell how many are done, if it is time."""
        if self._on_progress is not None and self._clock() - self._last >= PAUSE:
            self._on_progress(f"{self._what}: {done:,} of {self._total:,}")
            self._last = self._clock()
