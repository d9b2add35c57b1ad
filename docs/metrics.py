"""Write the table of metrics in docs/statistics.md from their registry.

    python docs/metrics.py    after a metric was added or changed

A test fails when the table is out of date.
"""

from __future__ import annotations

import inspect
import math
from pathlib import Path

from studies.stats.metrics import METRICS, Metric

PAGE = Path(__file__).parent / "statistics.md"
BEGIN, END = "<!-- metrics: begin -->\n", "<!-- metrics: end -->\n"
HEAD = "| column | metric | range | better | 95 % interval | over |\n|-|-|-|-|-|-|\n"
INTERVALS = {"mean": "of a mean", "share": "of a share", None: ""}


def page() -> str:
    """Return the page with the table of the registered metrics."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    rows = "".join(row(metric) for metric in METRICS.values())
    return f"{before}{BEGIN}{HEAD}{rows}{END}{after}"


def row(metric: Metric) -> str:
    """Return the row of one metric."""
    summary = inspect.cleandoc(metric.function.__doc__ or "").partition("\n")[0]
    highest = "∞" if math.isinf(metric.highest) else f"{metric.highest:g}"
    unit = "" if metric.unit in {"", "share"} else f" {metric.unit}"
    cells = [
        f"`{metric.name}`",
        f"{metric.title}: {summary[0].lower()}{summary[1:].rstrip('.')}".replace("``", "`"),
        f"{metric.lowest:g} to {highest}{unit}",
        metric.better or "",
        INTERVALS[metric.interval],
        "all predictions" if metric.pooled else "images",
    ]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
