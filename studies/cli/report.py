"""The command ``python -m studies report``."""

from pathlib import Path
from typing import Annotated

import typer

from studies.cli.runner import run_command


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
) -> None:
    """Write the tables, the figures and the report of a results folder again.

    They come from the stored cells: no model is needed, and nothing is computed again. Use it
    after an update of this toolkit, or to restore files that were deleted.

    [bold]python -m studies report results/quickstart[/bold]
    """
    with run_command() as run:
        from studies.core.terminal import print_line
        from studies.report.write import write_outputs
        from studies.store.store import Store

        with Store(folder) as store:
            for path in write_outputs(store, folder).files:
                print_line(run.console, str(path))
