"""The command ``python -m studies explore``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from models.data import describe_sources
from models.predictors import describe_endings
from studies.core.terminal import console, sentences

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
            help="A results folder: its data and trained models are used. By default the quick "
            "start's; what is missing there is trained, which takes seconds.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help=f"Data: {describe_sources()}."),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(
            help=f"Architectures, {describe_endings()} files, or package.module:function, "
            "with commas between: mlp,cnn."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Where to listen; 0 for any free port.")
    ] = 8787,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any other than 127.0.0.1 is open to others.")
    ] = "127.0.0.1",
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
) -> None:
    """Explore in a browser: spoil an image, and watch the models lose it.

    A page on this machine alone; it needs no network and sends nothing out. Pick or draw a digit,
    build a corruption, move its strength; open the curves of a results folder; leaf through the
    catalogue of corruptions.

    [bold]python -m studies explore[/bold]

    [bold]python -m studies explore results/mine --port 9000 --no-open[/bold]
    """
    overrides: dict[str, object] = {"data": data}
    if models is not None:
        overrides["models"] = [name.strip() for name in models.split(",")]
    given = {setting: value for setting, value in overrides.items() if value is not None}
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
    with sentences():
        _serve(folder, given, host, port, browser=browser)


def _serve(
    folder: Path | None, overrides: dict[str, object], host: str, port: int, *, browser: bool
) -> None:
    """Serve the pages until Ctrl-C."""
    from studies.core.terminal import say
    from studies.explorer.server import free_port, is_loopback, serve
    from studies.explorer.state import ExplorerState
    from studies.explorer.study import study_to_explore

    screen = console()
    study, kept = study_to_explore(folder, overrides)
    port = free_port(host, port)
    if not is_loopback(host):
        typer.secho(
            f"warning: listening on {host}; whoever reaches this machine can use the page, see "
            "its data and start sweeps. There is no password.",
            err=True,
            fg=typer.colors.YELLOW,
        )
    state = ExplorerState(study, kept)
    say(screen, f"Explorer of {kept}: http://{host}:{port}  (Ctrl-C ends it)")
    serve(state, host, port, icon=ICON, browser=browser)
