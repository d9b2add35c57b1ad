"""What the gallery says of each corruption, from the registry alone."""

import inspect
import math
import re
from dataclasses import dataclass
from functools import cache
from html import escape

import noiselib
from noiselib import Corruption, Trait, Transform
from noiselib.choices import OneOf
from noiselib.fields import FieldInfo

PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The strengths t of a strip."""

_CODE = re.compile(r"``(.+?)``|`(.+?)`", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter in words: its unit, its values, and where it stands from t = 0 to 1."""

    name: str
    meaning: str
    unit: str
    values: str
    path: str


@dataclass(frozen=True, slots=True)
class Level:
    """What a published benchmark asks of a corruption: its name there, and its strengths."""

    benchmark: str
    name: str
    strengths: str
    fidelity: str


@dataclass(frozen=True, slots=True)
class Card:
    """One corruption.

    Attributes
    ----------
    name, family
        Its own name, and that of the file that holds it.
    summary
        The first sentence of its documentation, with the formula.
    paragraphs
        The rest of its documentation.
    spec
        At its worst, as text.
    axis
        Name and unit of its strength.
    strengths
        Its strength at each of `PARTS`, as text.
    promises
        The laws beyond the universal ones that hold for it.
    """

    name: str
    family: str
    summary: str
    paragraphs: tuple[str, ...]
    spec: str
    axis: str
    strengths: tuple[str, ...]
    promises: tuple[str, ...]

    def matches(self, text: str) -> bool:
        """Tell whether every word of a text is found in the name, the family or the summary."""
        about = f"{self.name} {self.name.replace('_', ' ')} {self.family} {self.summary}".lower()
        return all(word in about for word in text.lower().split())


def families() -> dict[str, list[Card]]:
    """Return all cards by family, both in alphabetical order."""
    found: dict[str, list[Card]] = {}
    for cls in noiselib.registry().values():
        card = _card(cls)
        found.setdefault(card.family, []).append(card)
    return dict(sorted(found.items()))


def _card(cls: type[Corruption]) -> Card:
    worst = cls()
    first, _, rest = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")
    axis = worst.axis
    return Card(
        name=cls.name,
        family=cls.__module__.rpartition(".")[2],
        summary=" ".join(first.split()),
        paragraphs=tuple(" ".join(part.split()) for part in rest.split("\n\n") if part.strip()),
        spec=str(worst),
        axis=axis.unit if axis.name == axis.unit else axis.label,
        strengths=tuple(_number(worst.position(t)) for t in PARTS),
        promises=tuple(
            trait.name.lower().replace("_", " ")
            for trait in Trait
            if trait in cls.traits and trait.name
        ),
    )


def parameters(name: str) -> list[Parameter]:
    """Return the parameters of a corruption, its strength first."""
    cls = noiselib.registry()[name]
    return [_parameter(cls, field, info) for field, info in cls.field_info.items()]


def _parameter(cls: type[Corruption], field: str, info: FieldInfo) -> Parameter:
    default = getattr(cls, field)
    if info.choices:
        values = ", ".join(info.choices)
    elif cls.field_types[field] == "bool":
        values = "True, False"
    else:
        values = f"{_number(info.low)} to {_number(info.high)}"
    shown = _number(default) if isinstance(default, int | float) else str(default)
    path = shown if info.identity is None else f"{_number(info.identity)} → {shown}"
    return Parameter(field, info.description, info.unit, values, path)


def _number(value: float) -> str:
    if isinstance(value, bool):
        return str(value)
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.3g}"


def published(name: str) -> list[Level]:
    """Return the published levels that are this corruption at several strengths."""
    return [level for served, level in _all_published() if served == name]


@cache
def _all_published() -> tuple[tuple[str, Level], ...]:
    from noiselib import protocols

    found = []
    for protocol in map(protocols.load, protocols.NAMES):
        for name, entry in protocol.items():
            leaves = [_leaf(noiselib.parse(spec)) for spec in entry.levels]
            if isinstance(first := leaves[0], Corruption):
                field = first.strength_name
                values = ", ".join(_number(abs(getattr(leaf, field))) for leaf in leaves)
                level = Level(protocol.title, name, f"{field} {values}", entry.fidelity)
                found.append((first.name, level))
    return tuple(found)


def _leaf(transform: Transform) -> Transform:
    """Return the corruption of a level; of a choice of signs, the first."""
    while isinstance(transform, OneOf):
        transform = transform.options[0]
    return transform


def marked(text: str) -> str:
    """Return a documentation text as HTML: what is quoted by backticks as code, all escaped."""
    parts, end = [], 0
    for match in _CODE.finditer(text):
        parts += [escape(text[end : match.start()])]
        parts += [f"<code>{escape(match.group(1) or match.group(2))}</code>"]
        end = match.end()
    return "".join([*parts, escape(text[end:])])
