"""The command line ``python -m studies``: registers the commands of `studies.cli`."""

import typer

from models.commands.train import train_command
from studies.cli.compare import compare
from studies.cli.diagnose import diagnose
from studies.cli.explore import explore
from studies.cli.export import export
from studies.cli.init import init
from studies.cli.list import list_choices
from studies.cli.matrix import matrix
from studies.cli.reference import reference, seeds
from studies.cli.report import report
from studies.cli.sweep import sweep
from studies.config.augmentation import find_augment

app = typer.Typer(
    name="python -m studies",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Measure how the accuracy of image classifiers depends on image corruptions.\n\n"
    "Begin with [bold]python -m studies sweep[/bold]: it trains two small networks on "
    "handwritten digits, corrupts the test images with increasing strength, and writes accuracy "
    "curves with confidence intervals, tables and a report to results/quickstart.",
    rich_markup_mode="rich",
)

for command in (sweep, init, explore, diagnose, compare, export, matrix, reference, report):
    app.command()(command)
app.command("list")(list_choices)
app.command("train")(
    train_command(
        "studies",
        "A spec such as 'vary(gaussian_noise(sigma=0.5))', or module:function; the noise is new in "
        "every epoch.",
        find_augment,
    )
)
app.command(
    "seeds",
    hidden=True,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(seeds)

if __name__ == "__main__":
    app()
