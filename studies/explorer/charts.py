"""A panel of curves as ECharts draws it: lines, bands, numbers on hovering; text escaped."""

import math
from collections.abc import Sequence
from html import escape
from textwrap import fill
from typing import Any

from studies.explorer.folders import Dot, Line, Panel

INK = "currentColor"
"""The page's own text colour, light or dark; the charts are SVG, so it reaches them."""

COLOURS = ("var(--first)", "var(--second)", "var(--third)", "var(--fourth)", INK)
"""Of the models, from ``style.css``, where each has a light and a dark value."""

SYMBOLS = ("circle", "rect", "triangle", "diamond", "pin", "arrow", "roundRect")
DASHES: tuple[str | list[int], ...] = ("solid", "dashed", "dotted", [8, 3, 2, 3], [12, 3])

# One polygon a band, drawn with its first item: lower limits forwards, upper ones back.
_BAND = """(params, api) => {
  if (params.dataIndex > 0) return;
  const ends = [[], []];
  for (let i = 0; i < params.dataInsideLength; i++)
    for (const side of [0, 1])
      ends[side].push(api.coord([api.value(0, i), api.value(1 + side, i)]));
  const points = [...ends[0], ...ends[1].reverse()];
  return {type: 'polygon', shape: {points}, style: {fill: api.visual('color'), opacity: 0.16}};
}"""

# The texts come escaped with the data.
_SAID = """(items) => {
  const told = items.filter(item => item.data.said);
  return told.length ? [told[0].data.where, ...told.map(item => item.marker + item.data.said)]
    .join('<br>') : '';
}"""


def look(number: int) -> tuple[str, str]:
    """Return the colour and the symbol of the model of this number."""
    return COLOURS[number % len(COLOURS)], SYMBOLS[number % len(SYMBOLS)]


def chart_options(
    panel: Panel, models: Sequence[str], shown: set[str], chance: float
) -> dict[str, Any]:
    """Return the options of an ECharts chart of one corruption.

    Parameters
    ----------
    panel
        The curves.
    models
        All models of the folder: a model's place decides its colour, symbol and dashes.
    shown
        The models to draw.
    chance
        Accuracy of guessing, drawn as a dotted line.
    """
    lines = [line for line in panel.lines if line.model in shown]
    series: list[dict[str, Any]] = [_guessing(chance)]
    for line in lines:
        number = models.index(line.model)
        series += [_band(line, number), _curve(line, number)]
    return {
        "animation": False,
        "textStyle": {"fontFamily": "system-ui, sans-serif"},
        "grid": {"left": 44, "right": 18, "top": 14, "bottom": 56},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": "var(--card)",
            "borderColor": "var(--line)",
            "textStyle": {"color": "var(--ink)", "fontSize": 13},
            "axisPointer": {"type": "line", "lineStyle": {"color": INK, "opacity": 0.35}},
            ":formatter": _SAID,
        },
        "xAxis": _axis(
            min=min(panel.ends),
            max=max(panel.ends),
            inverse=panel.ends[1] < panel.ends[0],  # where the strength falls, as a contrast does
            name=fill(panel.axis, width=44),
            nameLocation="middle",
            nameGap=26,
            nameTextStyle={"color": INK, "fontSize": 12, "lineHeight": 15},
        ),
        "yAxis": _axis(min=0, max=1, interval=0.25, label={":formatter": "v => `${100 * v} %`"}),
        "series": series,
    }


def _axis(*, label: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    return {
        "type": "value",
        "axisLine": {"show": True, "lineStyle": {"color": INK, "opacity": 0.4}},
        "axisTick": {"show": False},
        "axisLabel": {"color": INK, "fontSize": 11, "opacity": 0.75, "hideOverlap": True}
        | (label or {}),
        "splitLine": {"lineStyle": {"color": INK, "opacity": 0.1}},
        **settings,
    }


def _guessing(chance: float) -> dict[str, Any]:
    dotted = {"color": INK, "type": "dotted", "opacity": 0.5, "width": 1.2}
    label = {"formatter": "guessing", "position": "insideStartTop", "color": INK, "opacity": 0.7}
    return {
        "type": "line",
        "name": "guessing",
        "data": [],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "lineStyle": dotted,
            "label": {"fontSize": 10, **label},
            "data": [{"yAxis": chance}],
        },
    }


def _band(line: Line, number: int) -> dict[str, Any]:
    return {
        "type": "custom",
        "name": line.model,
        "color": look(number)[0],
        "silent": True,
        "clip": True,
        "tooltip": {"show": False},
        "data": [[dot.x, dot.low, dot.high] for dot in line.dots],
        ":renderItem": _BAND,
    }


def _curve(line: Line, number: int) -> dict[str, Any]:
    colour, symbol = look(number)
    return {
        "type": "line",
        "name": line.model,
        "color": colour,
        "symbol": symbol,
        "symbolSize": 9,
        "showAllSymbol": True,
        "cursor": "pointer",
        "lineStyle": {"width": 2, "type": DASHES[number % len(DASHES)]},
        "itemStyle": {"color": colour, "opacity": 1},
        # ModelPrediction again, for ECharts cannot lighten a colour that it does not know.
        "emphasis": {
            "scale": 1.6,
            "itemStyle": {"color": colour},
            "lineStyle": {"color": colour, "width": 2},
        },
        "data": [
            {
                "value": [dot.x, dot.accuracy],
                "where": escape(dot.where),
                "said": f"{escape(line.model)} {numbers_said(dot)}",
            }
            for dot in line.dots
        ],
    }


def numbers_said(dot: Dot) -> str:
    """Return accuracy and interval of a point, as ``91.2 % (89.0 to 93.1)``."""
    if not math.isfinite(dot.low + dot.high):
        return f"{100 * dot.accuracy:.1f} %"
    return f"{100 * dot.accuracy:.1f} % ({100 * dot.low:.1f} to {100 * dot.high:.1f})"


def numbers_table(panel: Panel) -> str:
    """Return the numbers of a panel as an HTML table, every text escaped."""
    by_place = [{dot.where: dot for dot in line.dots} for line in panel.lines]
    heads = "".join(f"<th scope=col>{escape(line.model)}</th>" for line in panel.lines)
    rows = []
    for where in dict.fromkeys(where for dots in by_place for where in dots):
        cells = [numbers_said(dots[where]) if where in dots else "" for dots in by_place]
        values = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f"<tr><th scope=row>{escape(where)}</th>{values}</tr>")
    return (
        f"<table><thead><tr><th scope=col>strength</th>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
