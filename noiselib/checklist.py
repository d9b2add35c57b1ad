"""The checklist for a new corruption: everything that it needs in a checkout of this project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from noiselib.catalogue import registry

__all__ = ["Item", "checklist", "report"]

CLASS = '''\
from noiselib.corruption import Corruption
from noiselib.fields import strength
from noiselib.images import Images
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait


class {cls}(Corruption):
    """Add normal noise: ``y = clip(x + sigma * z)``, ``z ~ N(0, 1)``.

    Random draws: one z for each value. The strength scales sigma.

    Source: own design.
    """

    traits = Trait.EXACT | Trait.MONOTONE  # what the laws are to test; none is required
    sigma: float = strength("standard deviation", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Images:
        return streams.normal(shape)

    def apply(self, images: Images, draws: Images) -> Images:
        return images + self.sigma * draws'''
ORACLE = """\
@pytest.mark.oracle("{name}")
def test_{name}_is_its_definition(digits):
    expected = ...  # from another library, from loops, or from numpy in float64
    result = noiselib.{cls}()(digits, seed=3)
    assert (abs(result.astype(int) - expected) <= 1).all()"""
CLASS_TEXT = "its class, in a file of noiselib/corruptions/"
FAMILY_TEXT = "its family in noiselib/__init__.py, for type checkers: {}"
ORACLE_TEXT = "an oracle, which is a test against an independent definition, in tests/noiselib/"
TESTS = "python -m pytest tests/noiselib tests/docs"


class Item(NamedTuple):
    """One thing that a corruption needs.

    Attributes
    ----------
    done : bool
        Whether it is there.
    text : str
        What it is, and where it goes or which command makes it.
    skeleton : str
        Code to start from; empty if there is none.
    """

    done: bool
    text: str
    skeleton: str = ""


def checklist(name: str, root: Path) -> list[Item]:
    """Return everything that a corruption needs, in the order in which to make it.

    Parameters
    ----------
    name : str
        The name of the corruption, in snake_case.
    root : Path
        The root of a checkout.

    Returns
    -------
    list of Item
        Done or not.

    Raises
    ------
    ValueError
        If the name is not in snake_case, or `root` is not a checkout.
    """
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name):
        raise ValueError(f"a name consists of lower-case words joined by _, got {name!r}")
    tests, docs = root / "tests" / "noiselib", root / "docs"
    if not tests.is_dir():
        raise ValueError(f"new needs a checkout of the project; {root} has no tests/noiselib")
    title, cls = name.title().replace("_", ""), registry().get(name)
    family = cls.__module__ if cls else "noiselib.corruptions.FAMILY"
    star = f"from {family} import *"
    oracles = "\n".join(path.read_text() for path in sorted(tests.glob("test_*.py")))
    measured = name in json.loads((docs / "speeds.json").read_text())["corruptions"]
    row = f"**{name}**<br>" in (docs / "catalogue.md").read_text()
    shown = measured and row and (docs / "images" / "catalogue" / f"{name}.png").exists()
    golden = (tests / "goldens" / f"{name}.json").exists()
    return [
        Item(cls is not None, CLASS_TEXT, CLASS.format(cls=title)),
        Item(star in (root / "noiselib" / "__init__.py").read_text(), FAMILY_TEXT.format(star)),
        Item(f'mark.oracle("{name}")' in oracles, ORACLE_TEXT, ORACLE.format(name=name, cls=title)),
        Item(golden, "its golden: python tests/noiselib/test_goldens.py"),
        Item(measured, f"its speed: python -m benchmarks --only {name} --peers"),
        Item(shown, "its catalogue entry: python docs/catalogue.py results/bench/bench.json"),
    ]


def report(name: str, items: list[Item]) -> str:
    """Format a checklist, with the skeletons of what is missing.

    Parameters
    ----------
    name : str
        The name of the corruption.
    items : list of Item
        Its checklist.

    Returns
    -------
    str
        Several lines.
    """
    lines = [f"{name}: {sum(item.done for item in items)} of {len(items)} done"]
    for item in items:
        lines.append(f"[{'x' if item.done else ' '}] {item.text}")
        if item.skeleton and not item.done:
            lines += ["", *(f"    {line}".rstrip() for line in item.skeleton.splitlines()), ""]
    return "\n".join([*lines, f"Afterwards: {TESTS}"])
