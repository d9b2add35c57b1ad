"""The command ``python -m studies explore``."""

from pathlib import Path
from typing import Annotated

import typer

from studies.cli.runner import Data, Models, given, run_command, split_names

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" shape-rendering="crispEdges">'
    '<rect width="8" height="8" fill="#0072b2"/>'
    '<path fill="#fff" d="M2 1h4v1h-4zM5 2h1v2h-1zM3 4h2v1h-2zM3 5h1v2h-1z"/></svg>'
)


def explore(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="A results folder, whose data and trained models are used. Missing models are "
            "trained, which takes seconds.",
            show_default="results/quickstart",
        ),
    ] = None,
    data: Data = None,
    models: Models = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 for any free port.")
    ] = 8787,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; with any other than 127.0.0.1, other machines can connect."
        ),
    ] = "127.0.0.1",
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Explore in a browser: corrupt an image, and see where the models misclassify it.

    The page runs on this machine alone; it needs no network and sends nothing out. Select or draw
    a digit, build a corruption and change its strength; open the curves of a results folder;
    browse the corruptions.

    [bold]python -m studies explore[/bold]

    [bold]python -m studies explore results/mine --port 9000 --no-open[/bold]
    """
    overrides = given(data=data, models=split_names(models))
    with run_command() as run:
        from studies.core.terminal import print_line
        from studies.explorer.server import free_port, is_loopback, serve
        from studies.explorer.state import ExplorerState
        from studies.explorer.study import study_to_explore

        study, results = study_to_explore(folder, overrides)
        port = free_port(host, port)
        if not is_loopback(host):
            typer.secho(
                f"warning: listening on {host}; anyone who can reach this machine can use the "
                "page, see its data and start sweeps. There is no password.",
                err=True,
                fg=typer.colors.YELLOW,
            )
        state = ExplorerState(study, results)
        print_line(run.console, f"Explorer of {results}: http://{host}:{port}  (Ctrl-C ends it)")
        serve(state, host, port, icon=ICON, browser=browser)
