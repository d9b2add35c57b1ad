"""What the gallery shows of each corruption: its documentation, and one image at five strengths."""

import inspect
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

import noiselib
from noiselib import Corruption, Trait, Transform
from noiselib.choices import OneOf
from noiselib.fields import FieldInfo
from studies.explorer.layout import png

STRIP_FRACTIONS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The strengths t of a strip, as fractions of the severity range."""

SCENE_SIDE = 96
"""Side of the drawn scene in pixels."""

GAP = 4
"""Transparent pixels between two images of a strip of the scene; scaled for other images."""


@dataclass(frozen=True, slots=True)
class CorruptionCard:
    """The documentation of one corruption.

    Attributes
    ----------
    name, family : str
        Its name, and that of the file that defines it.
    summary : str
        The first sentence of its documentation, with the formula.
    paragraphs : tuple of str
        The rest of its documentation.
    spec, axis : str
        Its spec at maximum severity; name and unit of its strength.
    strengths : tuple of str
        Its strength at each of `STRIP_FRACTIONS`.
    properties : tuple of str
        The properties, beyond those of every corruption, that it is tested for.
    """

    name: str
    family: str
    summary: str
    paragraphs: tuple[str, ...]
    spec: str
    axis: str
    strengths: tuple[str, ...]
    properties: tuple[str, ...]

    @property
    def play_address(self) -> str:
        """The address that shows the corruption in Play."""
        return f"/?spec={quote(self.spec, safe='(),=')}&t=0.5"

    def matches(self, text: str) -> bool:
        """Return whether every word of a text is in the name, the family or the summary."""
        about = f"{self.name} {self.name.replace('_', ' ')} {self.family} {self.summary}".lower()
        return all(word in about for word in text.lower().split())


def cards_by_family() -> dict[str, list[CorruptionCard]]:
    """Return all cards by family, both in alphabetical order."""
    found: dict[str, list[CorruptionCard]] = {}
    for cls in noiselib.registry().values():
        card = _card(cls)
        found.setdefault(card.family, []).append(card)
    return dict(sorted(found.items()))


def _card(cls: type[Corruption]) -> CorruptionCard:
    corruption = cls()
    first, _, rest = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")
    axis = corruption.axis
    traits = (trait.name for trait in Trait if trait in cls.traits)
    return CorruptionCard(
        name=cls.name,
        family=cls.__module__.rpartition(".")[2],
        summary=" ".join(first.split()),
        paragraphs=tuple(" ".join(part.split()) for part in rest.split("\n\n") if part.strip()),
        spec=str(corruption),
        axis=axis.unit if axis.name == axis.unit else axis.label,
        strengths=tuple(_number(corruption.position(t)) for t in STRIP_FRACTIONS),
        properties=tuple(name.lower().replace("_", " ") for name in traits if name),
    )


class ParameterRow(NamedTuple):
    """One parameter in words: its unit, its values, and its value from t = 0 to 1."""

    name: str
    meaning: str
    unit: str
    severity_range: str
    values: str


def parameter_rows(name: str) -> list[ParameterRow]:
    """Return the parameters of a corruption, its strength first."""
    cls = noiselib.registry()[name]
    return [_parameter_row(cls, field, info) for field, info in cls.field_info.items()]


def _parameter_row(cls: type[Corruption], field: str, info: FieldInfo) -> ParameterRow:
    default = getattr(cls, field)
    if info.choices:
        values = ", ".join(info.choices)
    elif cls.field_types[field] == "bool":
        values = "True, False"
    else:
        values = f"{_number(info.low)} to {_number(info.high)}"
    shown = _number(default) if isinstance(default, int | float) else str(default)
    severity_range = shown if info.identity is None else f"{_number(info.identity)} → {shown}"
    return ParameterRow(field, info.description, info.unit, severity_range, values)


def _number(value: float) -> str:
    if isinstance(value, bool):
        return str(value)
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.3g}"


class PublishedStrengths(NamedTuple):
    """The strengths of a corruption in a published benchmark, and its name there."""

    benchmark: str
    name: str
    strengths: str
    fidelity: str


def published_strengths(name: str) -> list[PublishedStrengths]:
    """Return the published levels that are the given corruption at several strengths."""
    return [row for corruption, row in _all_published() if corruption == name]


@cache
def _all_published() -> tuple[tuple[str, PublishedStrengths], ...]:
    from noiselib import protocols

    found = []
    for protocol in map(protocols.load, protocols.NAMES):
        for name, entry in protocol.items():
            stages = [_first_option(noiselib.parse(spec)) for spec in entry.levels]
            if isinstance(first := stages[0], Corruption):
                field = first.strength_name
                values = ", ".join(_number(abs(getattr(stage, field))) for stage in stages)
                text = f"{field} {values}"
                row = PublishedStrengths(protocol.title, name, text, entry.fidelity)
                found.append((first.name, row))
    return tuple(found)


def _first_option(transform: Transform) -> Transform:
    """Return the corruption of a level; of a choice between signs, the first."""
    while isinstance(transform, OneOf):
        transform = transform.options[0]
    return transform


@lru_cache(maxsize=1)
def scene() -> npt.NDArray[np.uint8]:
    """Return a drawn scene in colour, (h, w, c)."""
    from noiselib.gallery import sample

    image: npt.NDArray[np.uint8] = sample(SCENE_SIDE)[0]
    return image


@lru_cache(maxsize=512)
def strip_png(name: str, pixels: bytes, shape: tuple[int, ...]) -> bytes:
    """Return one image under a corruption, from clean to maximum severity, side by side as PNG.

    The image is given by its uint8 pixels and its shape (h, w, c), as a key of the cache.
    """
    image = np.frombuffer(pixels, np.uint8).reshape(shape)
    corruption = noiselib.registry()[name]()
    images = [corruption.at(t)(image[np.newaxis])[0] for t in STRIP_FRACTIONS]
    height, width, channels = shape
    gap = max(1, round(GAP * width / SCENE_SIDE))
    strip = np.zeros((height, len(images) * (width + gap) - gap, 4), np.uint8)
    for number, corrupted in enumerate(images):
        place = strip[:, number * (width + gap) :][:, :width]
        place[..., :3] = corrupted if channels == 3 else corrupted[..., :1]
        place[..., 3] = 255
    return png(strip)
