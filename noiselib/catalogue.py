"""The catalogue: every registered corruption by name."""

from __future__ import annotations

from noiselib.corruption import Corruption, registered

__all__ = ["registry"]


def registry() -> dict[str, type[Corruption]]:
    """Return every registered corruption.

    Returns
    -------
    dict of str to type
        The classes by name, sorted by name: those of `noiselib.corruptions` and those of callers.
    """
    import noiselib.corruptions  # noqa: F401 - importing the families registers their classes

    return dict(sorted(registered.items()))
