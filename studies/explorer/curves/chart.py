"""A chart of curves as options for ECharts; texts from outside are escaped."""

import math
from collections.abc import Sequence
from html import escape
from textwrap import fill
from typing import Any

from studies.explorer.curves.results_folder import ChartLine, ChartPoint, CorruptionChart

INK = "currentColor"
"""The text colour of the page, light or dark; it applies because the charts are SVG."""

COLOURS = ("var(--first)", "var(--second)", "var(--third)", "var(--fourth)", INK)
"""Colours of the models, from ``style.css``, which has a light and a dark value of each."""

SYMBOLS = ("circle", "rect", "triangle", "diamond", "pin", "arrow", "roundRect")
DASHES: tuple[str | list[int], ...] = ("solid", "dashed", "dotted", [8, 3, 2, 3], [12, 3])

# One polygon for a whole band, drawn with its first item: along the lower limits and back along
# the upper ones.
_BAND = """(params, api) => {
  if (params.dataIndex > 0) return;
  const ends = [[], []];
  for (let i = 0; i < params.dataInsideLength; i++)
    for (const side of [0, 1])
      ends[side].push(api.coord([api.value(0, i), api.value(1 + side, i)]));
  const points = [...ends[0], ...ends[1].reverse()];
  return {type: 'polygon', shape: {points}, style: {fill: api.visual('color'), opacity: 0.16}};
}"""

# The texts in the data are escaped.
_TOOLTIP = """(items) => {
  const shown = items.filter(item => item.data.text);
  return shown.length
    ? [shown[0].data.strength, ...shown.map(item => item.marker + item.data.text)].join('<br>')
    : '';
}"""


def model_style(number: int) -> tuple[str, str]:
    """Return the colour and the symbol of the model of the given number."""
    return COLOURS[number % len(COLOURS)], SYMBOLS[number % len(SYMBOLS)]


def chart_options(
    chart: CorruptionChart, models: Sequence[str], shown: set[str], chance: float
) -> dict[str, Any]:
    """Return the options of the ECharts chart of one corruption, with a line for each shown model.

    Its place among all models of the folder decides the colour, symbol and dashes of a model.
    """
    series: list[dict[str, Any]] = [_chance_level(chance)]
    for line in chart.lines:
        if line.model in shown:
            number = models.index(line.model)
            series += [_band(line, number), _line(line, number)]
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
            ":formatter": _TOOLTIP,
        },
        "xAxis": _axis(
            min=min(chart.ends),
            max=max(chart.ends),
            inverse=chart.ends[1] < chart.ends[0],  # where the parameter decreases, as contrast
            name=fill(chart.axis, width=44),
            nameLocation="middle",
            nameGap=26,
            nameTextStyle={"color": INK, "fontSize": 12, "lineHeight": 15},
        ),
        "yAxis": _axis(min=0, max=1, interval=0.25, label={":formatter": "v => `${100 * v} %`"}),
        "series": series,
    }


def _axis(*, label: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    text = {"color": INK, "fontSize": 11, "opacity": 0.75, "hideOverlap": True}
    return {
        "type": "value",
        "axisLine": {"show": True, "lineStyle": {"color": INK, "opacity": 0.4}},
        "axisTick": {"show": False},
        "axisLabel": text | (label or {}),
        "splitLine": {"lineStyle": {"color": INK, "opacity": 0.1}},
        **settings,
    }


def _chance_level(chance: float) -> dict[str, Any]:
    dotted = {"color": INK, "type": "dotted", "opacity": 0.5, "width": 1.2}
    label = {"position": "insideStartTop", "color": INK, "opacity": 0.7, "fontSize": 10}
    return {
        "type": "line",
        "name": "chance level",
        "data": [],
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "lineStyle": dotted,
            "label": {"formatter": "chance level", **label},
            "data": [{"yAxis": chance}],
        },
    }


def _band(line: ChartLine, number: int) -> dict[str, Any]:
    return {
        "type": "custom",
        "name": line.model,
        "color": model_style(number)[0],
        "silent": True,
        "clip": True,
        "tooltip": {"show": False},
        "data": [[point.x, point.low, point.high] for point in line.points],
        ":renderItem": _BAND,
    }


def _line(line: ChartLine, number: int) -> dict[str, Any]:
    colour, symbol = model_style(number)
    dashes = DASHES[number % len(DASHES)]
    # The colour is repeated because ECharts cannot lighten a CSS variable.
    emphasis = {"itemStyle": {"color": colour}, "lineStyle": {"color": colour, "width": 2}}
    return {
        "type": "line",
        "name": line.model,
        "color": colour,
        "symbol": symbol,
        "symbolSize": 9,
        "showAllSymbol": True,
        "cursor": "pointer",
        "lineStyle": {"width": 2, "type": dashes},
        "itemStyle": {"color": colour, "opacity": 1},
        "emphasis": {"scale": 1.6, **emphasis},
        "data": [
            {
                "value": [point.x, point.accuracy],
                "strength": escape(point.strength),
                "text": f"{escape(line.model)} {accuracy_text(point)}",
            }
            for point in line.points
        ],
    }


def accuracy_text(point: ChartPoint) -> str:
    """Return the accuracy and the interval of a point, as ``91.2 % (89.0 to 93.1)``."""
    text = f"{100 * point.accuracy:.1f} %"
    if not math.isfinite(point.low + point.high):
        return text
    return f"{text} ({100 * point.low:.1f} to {100 * point.high:.1f})"


def accuracy_table(chart: CorruptionChart) -> str:
    """Return the numbers of a chart as an HTML table; all text is escaped."""
    by_strength = [{point.strength: point for point in line.points} for line in chart.lines]
    heads = "".join(f"<th scope=col>{escape(line.model)}</th>" for line in chart.lines)
    rows = []
    for strength in dict.fromkeys(text for points in by_strength for text in points):
        found = (points.get(strength) for points in by_strength)
        values = "".join(f"<td>{accuracy_text(point) if point else ''}</td>" for point in found)
        rows.append(f"<tr><th scope=row>{escape(strength)}</th>{values}</tr>")
    return (
        f"<table><thead><tr><th scope=col>strength</th>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
