"""Write docs/catalogue.md and its picture strips from the registry.

    python docs/catalogue.py                             after a corruption was added or changed
    python docs/catalogue.py results/bench/bench.json    after `tox run -e bench`, for its speeds

A test fails when the page is stale.
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
PARTS = (0, 0.25, 0.5, 0.75, 1)
SIDE, GAP, COLOURS = 72, 4, 64

HEAD = """\
# The catalogue

Every registered corruption, made by `python docs/catalogue.py`. Strips show t = 0, 0.25, 0.5, 0.75
and 1 of the corruption as it stands without parameters. The strength is in bold, from the identity
to the worst; every number given is a default. Levels are those of the published benchmarks
(`noiselib.protocols`) with their fidelity. Speeds are images per second of one core's CPU time,
uint8 in and out, for 10,000 grey images of 28 x 28 and 64 colour images of 224 x 224
({machine}; `tox run -e bench`).
"""


def page() -> str:
    """Give the whole page."""
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
    """Give the corruptions by the file that holds them."""
    found: dict[str, list[type[Corruption]]] = {}
    for cls in noiselib.registry().values():
        found.setdefault(cls.__module__.rpartition(".")[2], []).append(cls)
    return dict(sorted(found.items()))


def row(cls: type[Corruption], speeds: dict[str, float]) -> str:
    """Give the row of one corruption."""
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
    """Say what each field is, and where it goes."""
    said = []
    for name, info in cls.field_info.items():
        unit = f" {info.unit}" if info.unit else ""
        if info.is_strength:
            said.append(f"**{name}** {info.identity:g} to {info.worst:g}{unit}: {info.description}")
        else:
            said.append(f"{name} {getattr(cls, name)}{unit}: {info.description}")
    return said


def levels(name: str) -> list[str]:
    """Say which published levels a corruption serves."""
    said = []
    for protocol in NAMES:
        for published, entry in load(protocol).items():
            leaves = [leaf(noiselib.parse(spec)) for spec in entry.levels]
            if leaves[0].name == name:
                at = leaves[0].strength_name
                values = ", ".join(f"{abs(getattr(one, at)):.3g}" for one in leaves)
                alias = "" if published == name else f" {published}"
                said.append(f"{protocol}{alias}: {at} {values} ({entry.fidelity})")
    return said


def leaf(transform: noiselib.Transform) -> Corruption:
    """Give the corruption of a level; of a choice of signs, the first."""
    while isinstance(transform, OneOf):
        transform = transform.options[0]
    if not isinstance(transform, Corruption):
        raise TypeError(f"{transform} is no single corruption")
    return transform


def compact(speed: float | None) -> str:
    """Write a speed with two or three figures."""
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
    for number, (name, cls) in enumerate(noiselib.registry().items()):
        sheet = np.full((SIDE, len(PARTS) * (SIDE + GAP) - GAP, 3), 255, np.uint8)
        for step, t in enumerate(PARTS):
            left = step * (SIDE + GAP)
            sheet[:, left : left + SIDE] = cls().at(t)(picture, ids=number)[0]
        Image.fromarray(sheet).quantize(COLOURS).save(STRIPS / f"{name}.png", optimize=True)


def take_speeds(bench: Path) -> None:
    """Keep the speeds of a benchmark's JSON; those of sizes that it did not measure stay."""
    found = json.loads(bench.read_text())
    corruptions: dict[str, dict[str, float]] = {}
    if SPEEDS.exists():
        held = json.loads(SPEEDS.read_text())["corruptions"]
        corruptions = {name: held[name] for name in noiselib.registry() if name in held}
    for measured in found["rows"]:
        speed = measured["noiselib"].get("images_per_second")
        if speed:
            corruptions.setdefault(measured["corruption"], {})[measured["size"]] = round(speed)
    content = {
        "machine": machine(found["environment"]),
        "corruptions": dict(sorted(corruptions.items())),
    }
    SPEEDS.write_text(json.dumps(content, indent=1) + "\n")


def machine(environment: dict[str, str]) -> str:
    """Say on what was measured."""
    return f"{environment['processor']}, Python {environment['python']}, {environment['made'][:10]}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        take_speeds(Path(sys.argv[1]))
    draw_strips()
    PAGE.write_text(page())
