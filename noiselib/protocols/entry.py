"""What a protocol is made of."""

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
        Specs of the severities, weakest number first; one where the original has none.
    fidelity : str
        ``exact``: the published result within a grey level on 99 % of the pixels (of MNIST's for
        `mnist_c`); ``distribution``: the same distribution, other random draws; ``approximation``:
        a visually similar corruption.
    note : str
        What differs from the published code; empty where nothing does.
    benchmark : bool
        Whether it counts in the benchmark's mean; the others are validation or spare.
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
        Its name here, its own name, and where it comes from.
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
