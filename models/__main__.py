"""The command line: ``list``, ``info``, ``train``, ``crossvalidate`` and ``compare``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.commands.compare import compare
from models.commands.crossvalidate import crossvalidate
from models.commands.terminal import DATA_HELP, console, report_user_errors
from models.commands.train import train_command

if TYPE_CHECKING:
    from models.training.batches import Augment

app = typer.Typer(
    name="python -m models",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="List, describe and train image classifiers.\n\n"
    "Start with [bold]python -m models train mlp[/bold]: it takes seconds.",
)


def _find_augment(name: str, _seed: int) -> "Augment":
    from models.training.augmentation import load_augment

    return load_augment(name)


@app.command("list")
def list_all() -> None:
    """List the architectures, and the data that can be loaded."""
    from rich.table import Table

    from models import architectures

    table = Table("family", "architecture", box=None)
    table.add_column("parameters", justify="right")
    table.add_column("layers")
    entries = sorted(
        (architectures.get(name) for name in architectures.names()),
        key=lambda entry: (entry.family, entry.parameters),
    )
    for previous, entry in zip([None, *entries], entries, strict=False):
        same = previous is not None and previous.family == entry.family
        family = "" if same else entry.family.replace("_", " ")
        table.add_row(family, entry.name, f"{entry.parameters:,}", entry.summary)
    screen = console()
    screen.print(table)
    screen.print("parameters: for images of 28x28x1 and 10 classes")
    screen.print(f"data: {DATA_HELP}", soft_wrap=True)


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="An architecture, or a .keras file.")],
    data: Annotated[
        str, typer.Option(help=f"Data that an architecture is built for: {DATA_HELP}")
    ] = "digits",
    diagram: Annotated[
        Path | None, typer.Option(help="Also draw the model, into a .png or .svg file.")
    ] = None,
) -> None:
    """Show the layers of an architecture or of a trained model, and how it was trained."""
    from models import backend
    from models.drawing import summary

    with report_user_errors():
        with backend.quiet_start():
            backend.name()
        console().print(summary.describe(name, data, diagram), markup=False, soft_wrap=True)


app.command("train")(
    train_command(
        "models",
        "An augmentation as module:function: (images, ids, epoch) -> images in each epoch.",
        _find_augment,
    )
)
app.command()(crossvalidate)
app.command()(compare)


if __name__ == "__main__":
    sys.exit(app())
