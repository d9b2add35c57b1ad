"""Write docs/catalogue.md and its picture strips from the registry.

    python docs/catalogue.py                             after a corruption was added or changed
    python docs/catalogue.py results/bench/bench.json    after `tox run -e bench`, for its speeds

A test fails if the page is out of date.
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import noiselib
from noiselib.choices import OneOf
from noiselib.corruption import Corruption
from noiselib.gallery import sample
from noiselib.protocols import NAMES, load

DOCS = Path(__file__).parent
PAGE = DOCS / "catalogue.md"
STRIPS = DOCS / "images" / "catalogue"
SPEEDS = DOCS / "speeds.json"
FRACTIONS = (0, 0.25, 0.5, 0.75, 1)
SIDE, GAP, COLOURS = 72, 4, 64

HEAD = """\
# The catalogue

Every registered corruption; written by `python docs/catalogue.py`. Strips show t = 0, 0.25, 0.5,
0.75 and 1 of the corruption with its default parameters. The strength is in bold, from the identity
to maximum severity; the other numbers are defaults. Levels are those of the published benchmarks
(`noiselib.protocols`), with their fidelity. Speeds are images per second of CPU time on one core,
uint8 in and out, for 10,000 grey images of 28 x 28 and 64 colour images of 224 x 224
({machine}; `tox run -e bench`).
"""


def page() -> str:
    """Return the complete page."""
    speeds = json.loads(SPEEDS.read_text()) if SPEEDS.exists() else {"machine": "not measured"}
    lines = [HEAD.format(machine=speeds["machine"])]
    for family, classes in families().items():
        lines += [f"## {family.capitalize()}", ""]
        lines += ["| t = 0 to 1 | corruption | parameters | published levels | 28 | 224 |"]
        lines += ["|-|-|-|-|-:|-:|"]
        lines += [row(cls, speeds.get("corruptions", {}).get(cls.name, {})) for cls in classes]
        lines += [""]
    return "\n".join(lines)


def families() -> dict[str, list[type[Corruption]]]:
    """Return the corruptions by the file that holds them."""
    classes: dict[str, list[type[Corruption]]] = {}
    for cls in noiselib.registry().values():
        classes.setdefault(cls.__module__.rpartition(".")[2], []).append(cls)
    return dict(sorted(classes.items()))


def row(cls: type[Corruption], speeds: dict[str, float]) -> str:
    """Return the row of one corruption."""
    name = cls.name
    first = inspect.cleandoc(cls.__doc__ or "").partition("\n")[0].replace("|", "\\|")
    first = first.replace("``", "`")
    cells = [
        f"![{name} at five strengths](images/catalogue/{name}.png)",
        f"**{name}**<br>{first}",
        "<br>".join(parameters(cls)),
        "<br>".join(levels(name)),
        compact(speeds.get("28x28")),
        compact(speeds.get("224x224x3")),
    ]
    return f"| {' | '.join(cells)} |"


def parameters(cls: type[Corruption]) -> list[str]:
    """Describe each field, with its default or, for the strength, its range."""
    lines = []
    for name, info in cls.field_info.items():
        unit = f" {info.unit}" if info.unit else ""
        if info.is_strength:
            severity = f"{info.identity:g} to {info.worst:g}{unit}"
            lines.append(f"**{name}** {severity}: {info.description}")
        else:
            lines.append(f"{name} {getattr(cls, name)}{unit}: {info.description}")
    return lines


def levels(name: str) -> list[str]:
    """Return the published levels that consist of a corruption."""
    lines = []
    for protocol in NAMES:
        for published, entry in load(protocol).items():
            corruptions = [corruption_of(noiselib.parse(spec)) for spec in entry.levels]
            if corruptions[0].name == name:
                at = corruptions[0].strength_name
                values = ", ".join(f"{abs(getattr(one, at)):.3g}" for one in corruptions)
                alias = "" if published == name else f" {published}"
                lines.append(f"{protocol}{alias}: {at} {values} ({entry.fidelity})")
    return lines


def corruption_of(transform: noiselib.Transform) -> Corruption:
    """Return the corruption of a level; of a choice between signs, the first."""
    while isinstance(transform, OneOf):
        transform = transform.options[0]
    if not isinstance(transform, Corruption):
        raise TypeError(f"{transform} is not a single corruption")
    return transform


def compact(speed: float | None) -> str:
    """Format a speed with two or three digits."""
    if speed is None:
        return ""
    for unit, letter in ((1e6, " M"), (1e3, " k")):
        if speed >= unit:
            return f"{speed / unit:.3g}{letter}"
    return f"{speed:.3g}"


def draw_strips() -> None:
    """Draw the strip of every corruption."""
    STRIPS.mkdir(parents=True, exist_ok=True)
    for old in STRIPS.iterdir():
        old.unlink()
    picture = sample(SIDE)
    for name, cls in noiselib.registry().items():
        sheet = np.full((SIDE, len(FRACTIONS) * (SIDE + GAP) - GAP, 3), 255, np.uint8)
        for step, t in enumerate(FRACTIONS):
            left = step * (SIDE + GAP)
            sheet[:, left : left + SIDE] = cls().at(t)(picture, ids=[name])[0]
        Image.fromarray(sheet).quantize(COLOURS).save(STRIPS / f"{name}.png", optimize=True)


def take_speeds(bench: Path) -> None:
    """Store the speeds of a benchmark (JSON); keep those of sizes that it did not measure."""
    results = json.loads(bench.read_text())
    stored = json.loads(SPEEDS.read_text()) if SPEEDS.exists() else {"corruptions": {}}
    corruptions: dict[str, dict[str, float]] = {
        name: stored["corruptions"][name]
        for name in noiselib.registry()
        if name in stored["corruptions"]
    }
    for measured in results["rows"]:
        speed = measured["noiselib"].get("images_per_second")
        if speed:
            corruptions.setdefault(measured["corruption"], {})[measured["size"]] = round(speed)
    complete = len(results["rows"]) >= len(corruptions)  # else most speeds are the stored ones
    content = {
        "machine": machine(results["environment"]) if complete else stored["machine"],
        "corruptions": dict(sorted(corruptions.items())),
    }
    SPEEDS.write_text(json.dumps(content, indent=1) + "\n")


def machine(environment: dict[str, str]) -> str:
    """Describe the machine of a benchmark."""
    return f"{environment['processor']}, Python {environment['python']}, {environment['made'][:10]}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take_speeds(Path(sys.argv[1]))
    draw_strips()
    PAGE.write_text(page())
