"""The command ``python -m studies export``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from studies.core.terminal import console, sentences


class Form(StrEnum):
    """A format that tables are exported in."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
    form: Annotated[
        Form, typer.Option("--format", help="Of the files; Parquet needs pyarrow.")
    ] = Form.CSV,
    out: Annotated[Path | None, typer.Option(help="Where to write; by default DIR/export.")] = None,
) -> None:
    """Write stored cells as tidy tables for other programs.

    One table with a row a cell, one with a row an image and cell, and, for a sweep from clean to
    worst, one with the strength at which each image is lost; beside them provenance.json, with
    versions, commit, digests, settings and command of every run. Nothing is computed again.

    [bold]python -m studies export results/quickstart --format parquet[/bold]
    """
    from studies.core.files import write_whole
    from studies.core.terminal import say
    from studies.results.sweep_results import SweepResults
    from studies.store.store import Store
    from studies.tables.export import FILE_NAME, export_tables, provenance_json, write_table

    with sentences(), Store(folder) as store:
        results = SweepResults.of_last_sweep(store)
        where = out or folder / "export"
        for table in export_tables(results):
            path, rows = write_table(table, where, form.value)
            say(console(), f"{path}  {rows:,} rows")
        path = write_whole(where / FILE_NAME, provenance_json(results))
        say(console(), f"{path}  where they come from, by the number of their run")
