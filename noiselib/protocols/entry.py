"""The data of a published protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["Entry", "Fidelity", "Protocol"]

Fidelity = Literal["exact", "distribution", "approximation"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One published corruption.

    Attributes
    ----------
    levels : tuple of str
        The specs of the severity levels, from 1 on; a single one if the original has no levels.
    fidelity : str
        ``exact``: the published result within a grey level on 99 % of the pixels (of MNIST for
        `mnist_c`); ``distribution``: the same distribution, other random draws; ``approximation``:
        a visually similar corruption.
    note : str
        The difference from the published code; empty if there is none.
    benchmark : bool
        Whether it counts in the mean of the benchmark; the others are for validation, or unused.
    """

    levels: tuple[str, ...]
    fidelity: Fidelity
    note: str = ""
    benchmark: bool = True


@dataclass(frozen=True, kw_only=True)
class Protocol(Mapping[str, Entry]):
    """A published benchmark: entries by name, in the published order.

    Attributes
    ----------
    name, title, source : str
        Its name here, its published name, and its source.
    entries : dict of str to Entry
        By published name.
    """

    name: str
    title: str
    source: str
    entries: dict[str, Entry]

    def __getitem__(self, name: str) -> Entry:
        return self.entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)
