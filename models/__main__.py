"""The command line: ``python -m models list``, ``info``, ``train`` and what judges trainings."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.commands.compare import compare
from models.commands.crossvalidate import crossvalidate
from models.commands.terminal import DATA_HELP, report_user_errors
from models.commands.terminal import console as _console
from models.commands.train import train_command

if TYPE_CHECKING:
    from models.training.batches import Augment

app = typer.Typer(
    name="python -m models",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Image classifiers: see which there are, and train one.\n\n"
    "Begin with [bold]python -m models train mlp[/bold]: it takes seconds.",
)


def _find_augment(name: str, _seed: int) -> "Augment":
    from models.training.augmentation import load_augment

    return load_augment(name)


@app.command("list")
def list_all() -> None:
    """Show the architectures and the data sets that have names."""
    from rich.table import Table

    from models import architectures, data

    table = Table("family", "architecture", box=None)
    table.add_column("parameters", justify="right")
    table.add_column("what it is")
    entries = sorted(
        (architectures.get(name) for name in architectures.names()),
        key=lambda entry: (entry.family, entry.parameters),
    )
    for before, entry in zip([None, *entries], entries, strict=False):
        same = before is not None and before.family == entry.family
        family = "" if same else entry.family.replace("_", " ")
        table.add_row(family, entry.name, f"{entry.parameters:,}", entry.summary)
    console = _console()
    console.print(table)
    console.print("parameters: for images of 28x28x1 and 10 classes")
    console.print(f"data sets: {', '.join(data.names())}, or any .npz file")


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="An architecture, or a .keras file.")],
    data: Annotated[
        str, typer.Option(help=f"What an architecture is built for. {DATA_HELP}")
    ] = "digits",
    diagram: Annotated[
        Path | None, typer.Option(help="Draw the model, too: into a .png or .svg file.")
    ] = None,
) -> None:
    """Show the layers of an architecture or of a trained model, and how that was trained."""
    from models import backend
    from models.drawing import summary

    with report_user_errors():
        with backend.quiet_start():
            backend.name()
        console = _console()
        console.print(summary.describe(name, data, diagram), markup=False, soft_wrap=True)


app.command("train")(
    train_command(
        "models",
        "module:function, called as (images, ids, epoch) -> images for every epoch anew.",
        _find_augment,
    )
)
app.command()(crossvalidate)
app.command()(compare)


if __name__ == "__main__":
    sys.exit(app())
