"""Progress of reading many images, reported to a callback from time to time."""

import time
from collections.abc import Callable

OnProgress = Callable[[str], None]

INTERVAL = 2.0
"""Seconds before the first report, and between two."""


class ProgressReporter:
    """Report at most one sentence every `INTERVAL` seconds.

    Parameters
    ----------
    activity : str
        What is being done, such as ``reading the image files of pets``.
    total : int
        Number of items.
    on_progress : callable or None
        Called with each sentence; None reports nothing.
    clock : callable, optional
        Returns the time in seconds.
    """

    def __init__(
        self,
        activity: str,
        total: int,
        on_progress: OnProgress | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._activity = activity
        self._total = total
        self._on_progress = on_progress
        self._clock = clock
        self._last = clock()

    def update(self, done: int) -> None:
        """Report how many items are done, unless the last report was less than `INTERVAL` ago."""
        if self._on_progress is not None and self._clock() - self._last >= INTERVAL:
            self._on_progress(f"{self._activity}: {done:,} of {self._total:,}")
            self._last = self._clock()
