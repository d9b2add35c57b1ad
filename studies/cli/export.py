"""The command ``python -m studies export``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from studies.cli.runner import run_command


class Format(StrEnum):
    """A format of exported tables."""

    CSV = "csv"
    PARQUET = "parquet"
    JSON = "json"


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
    format_: Annotated[
        Format,
        typer.Option("--format", help="Format of the files; Parquet needs the package pyarrow."),
    ] = Format.CSV,
    out: Annotated[
        Path | None, typer.Option(help="Where to write.", show_default="DIR/export")
    ] = None,
) -> None:
    """Export stored cells as tidy tables for other programs.

    One table has a row for each cell, one has a row for each image and cell, and, for a sweep up
    to maximum severity, one has the strength at which each image is first misclassified. The file
    provenance.json has versions, commit, digests, settings and command of every run. Nothing is
    computed again.

    [bold]python -m studies export results/quickstart --format parquet[/bold]
    """
    with run_command() as run:
        from studies.core.files import write_atomically
        from studies.core.terminal import print_line
        from studies.results.sweep_results import SweepResults
        from studies.store.store import Store
        from studies.tables.export import (
            PROVENANCE_FILE,
            export_tables,
            provenance_json,
            write_table,
        )

        with Store(folder) as store:
            results = SweepResults.of_last_sweep(store)
            where = out or folder / "export"
            for table in export_tables(results):
                path, rows = write_table(table, where, format_.value)
                print_line(run.console, f"{path}  {rows:,} rows")
            path = write_atomically(where / PROVENANCE_FILE, provenance_json(results))
            print_line(run.console, f"{path}  the origin of the cells, by the number of their run")
