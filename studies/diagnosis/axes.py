"""Axes as these pictures have them: plain numbers, names of classes, titles of two lines."""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axis import Axis

NAMED = 40
"""Up to this many classes, every class has its name on an axis."""

NUMBERED = 12
"""Up to this many classes, every cell of a matrix has its number; more would not be legible."""

_LETTERS = 15  # of a name
_TITLE, _LABEL = 40, 50  # letters on a line
_LINE = 0.19  # inches


def shortened(text: str, limit: int = _LETTERS) -> str:
    """Return a name on one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def titled(what: str, condition: str) -> str:
    """Return a title that says under which condition a picture holds, on lines that fit."""
    return f"{fill(what, _TITLE)}\n{fill(condition, _TITLE)}"


def title_height(title: str) -> float:
    """Return how much higher than with a single line a picture must be, in inches."""
    return _LINE * title.count("\n")


def labelled(text: str) -> str:
    """Return the label of a line, on as many lines as it needs below a picture."""
    return fill(text, _LABEL)


def name_classes(axis: "Axis", class_names: Sequence[str], *, turned: bool) -> None:
    """Write the names of the classes at 0, 1, ... where there are few enough.

    Parameters
    ----------
    axis
        Of classes.
    class_names
        One a class.
    turned
        Whether long names are to be turned upright.
    """
    if len(class_names) > NAMED:
        return
    names = [shortened(text) for text in class_names]
    upright = turned and max(map(len, names)) > 3
    size = 9 if len(names) <= NUMBERED else 6
    axis.set_ticks(range(len(names)), names, rotation=90 if upright else 0, fontsize=size)


def in_percent(axis: "Axis") -> None:
    """Write shares as percentages with no more decimals than they need."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5))
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))


def in_decades(axis: "Axis", *, percent: bool = False) -> None:
    """Write a logarithmic axis in plain numbers: matplotlib's own powers need its mathematics."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    factor, unit = (100, " %") if percent else (1, "")
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{factor * value:,.12g}{unit}"))
    axis.set_minor_formatter(NullFormatter())
