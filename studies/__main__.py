"""The command line: ``python -m studies sweep``, ``train``, ``diagnose``, ``list``, ``report``."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.commands.train import train_command
from models.data import describe_sources
from models.predictors import describe_endings
from studies.cli.compare import compare
from studies.cli.diagnose import diagnose
from studies.cli.explore import explore
from studies.cli.export import export
from studies.cli.init import init
from studies.cli.matrix import matrix
from studies.cli.reference import seeds as seed_study
from studies.core.terminal import FAILED_CELLS, INTERRUPTED
from studies.core.terminal import console as _console
from studies.core.terminal import sentences as _sentences

if TYPE_CHECKING:
    from models.training.batches import Augment

app = typer.Typer(
    name="python -m studies",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="How does the accuracy of a classifier fall as its images get worse?\n\n"
    "Begin with [bold]python -m studies sweep[/bold]: it trains two small networks on "
    "handwritten digits, damages the test images more and more, and writes curves with "
    "intervals, a table and a report.",
    rich_markup_mode="rich",
)


@app.command()
def sweep(  # noqa: PLR0913, PLR0917 - an option each
    study: Annotated[
        str, typer.Argument(metavar="STUDY.toml", help="A study file, or the name of a preset.")
    ] = "quickstart",
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
    corruptions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="A corruption at its worst, as 'rotation(degrees=90)'; repeat it for more.",
        ),
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(help="A published protocol, every level of it: mnist_c, imagenet_c, ..."),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(help="With a protocol: the model that errors are measured against."),
    ] = None,
    strengths: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER|auto",
            help="Points on each curve, from clean to worst; or auto, to add them where curves "
            "bend until critical strengths are known to a tolerance.",
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            help="How exactly critical strengths are to be known, as a part of the path, in "
            "[0.001, 0.25]; 0.01 with --strengths auto."
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Independent draws of each random corruption.")
    ] = None,
    images: Annotated[
        int | None, typer.Option(help="How many test images, from the first; by default all.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Accuracy at which a curve counts as lost; by default half-way from its clean "
            "accuracy to chance."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Results folder; by default results/NAME-OF-THE-STUDY.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Compute in so many processes here; one a processor is best.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Compute on the workers of a Dask scheduler, as tcp://host:8786."),
    ] = None,
) -> None:
    """Sweep corruptions from clean to worst and draw accuracy curves with intervals.

    Options replace the settings of the study. Stopped at any moment, by Ctrl-C or a crash, the
    same command goes on where it was; when all is done, it only writes the table and the report.

    [bold]python -m studies sweep --data mnist.npz --models cnn --seeds 5[/bold]

    [bold]python -m studies sweep --corruptions "zoom | gaussian_noise(sigma=0.2)" --out zoom[/bold]

    [bold]python -m studies sweep --strengths auto --tolerance 0.005 --threshold 0.9[/bold]

    [bold]python -m studies sweep --data mnist --protocol mnist_c --reference mlp[/bold]

    [bold]python -m studies sweep --data mnist --models resnet_20 --workers 4[/bold]
    """
    overrides: dict[str, object] = {
        "data": data,
        "models": None if models is None else [name.strip() for name in models.split(",")],
        "corruptions": corruptions or None,
        "protocol": protocol,
        "reference": reference,
        "strengths": _number_or_word(strengths),
        "tolerance": tolerance,
        "seeds": seeds,
        "images": images,
        "threshold": threshold,
    }
    given = {setting: value for setting, value in overrides.items() if value is not None}
    raise typer.Exit(_sweep(study, given, out, workers, scheduler))


def _number_or_word(text: str | None) -> int | str | None:
    """Return a whole number where there is one; what else it may be, the study knows."""
    try:
        return text if text is None else int(text)
    except ValueError:
        return text


def _find_augment(text: str, seed: int) -> "Augment":
    from studies.config.augmentation import find_augment

    return find_augment(text, seed)


app.command()(init)
app.command()(explore)
app.command()(diagnose)
app.command()(compare)
app.command()(export)
app.command()(matrix)
app.command("seeds")(seed_study)
app.command("train")(
    train_command(
        "studies",
        "A spec such as 'vary(gaussian_noise(sigma=0.5))', or module:function; drawn afresh for "
        "every epoch.",
        _find_augment,
    )
)


@app.command(name="list")
def list_all() -> None:
    """List the corruptions, protocols, architectures and preset studies there are."""
    from studies.cli.list import print_catalogue

    print_catalogue(_console())


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
) -> None:
    """Write the table, the figures and the report of a results folder again."""
    from studies.core.terminal import say
    from studies.report.write import write_outputs
    from studies.store.store import Store

    console = _console()
    with _sentences(), Store(folder) as store:
        outputs = write_outputs(store, folder)
        for path in outputs.files:
            say(console, str(path))


def _sweep(
    source: str,
    overrides: dict[str, object],
    out: Path | None,
    workers: int | None,
    scheduler: str | None,
) -> int:
    """Run a study, print its end, and return the exit status."""
    from studies.cli.summary import print_summary
    from studies.config.files import default_folder, load_study
    from studies.core.progress import observer_for
    from studies.core.provenance import command_line
    from studies.core.terminal import say
    from studies.run.cluster.connection import place_of
    from studies.workflows.sweep import run_study

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
    console = _console()
    command = command_line(sys.argv[1:])
    with _sentences():
        study = load_study(source, overrides)
        folder = out or default_folder(source, study)
        place = place_of(workers, scheduler)
        observer = observer_for(console)
        try:
            ending = run_study(study, folder, command=command, observer=observer, place=place)
        except KeyboardInterrupt:
            say(console, f"Stopped. What is computed is stored in {folder}; to go on, type")
            say(console, f"  {command}")
            return INTERRUPTED
        print_summary(console, ending, folder)
    return FAILED_CELLS if ending.outputs.missing else 0


if __name__ == "__main__":
    app()
