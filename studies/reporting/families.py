"""Corruptions by their family, for pages with more of them than fit on a few screens."""

from collections.abc import Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")

MANY = 12
"""More corruptions than this, and a page folds its sections family by family."""


def family(spec: str) -> str:
    """Return the family of a spec: ``Noise``, ``Blur``, ..., or ``Combinations``."""
    import noiselib

    module = type(noiselib.parse(spec)).__module__
    package, _, name = module.rpartition(".")
    return name.capitalize() if package == "noiselib.corruptions" else "Combinations"


def folded(items: Sequence[_Item], spec: Callable[[_Item], str]) -> list[tuple[str, list[_Item]]]:
    """Return items by family, both in the order in which they come; a few of them as one group.

    Parameters
    ----------
    items
        One a corruption.
    spec
        Gives the corruption of an item.
    """
    if len(items) <= MANY:
        return [("", list(items))]
    groups: dict[str, list[_Item]] = {}
    for item in items:
        groups.setdefault(family(spec(item)), []).append(item)
    return list(groups.items())
