"""The command line: ``python -m studies sweep``, ``list`` and ``report``."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

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

FAILED_CELLS = 1
BAD_INPUT = 2
INTERRUPTED = 130


@app.command()
def sweep(  # noqa: PLR0913, PLR0917 - an option each
    study: Annotated[
        str, typer.Argument(metavar="STUDY.toml", help="A study file, or the name of a preset.")
    ] = "quickstart",
    data: Annotated[
        str | None,
        typer.Option(help="Data: digits, mnist, fashion_mnist, cifar10, or an .npz file."),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(help="Architectures or .keras files, with commas between: mlp,cnn."),
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
        int | None, typer.Option(help="Points on each curve, from clean to worst.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="Independent draws of each random corruption.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Results folder; by default results/NAME-OF-THE-STUDY.")
    ] = None,
) -> None:
    """Sweep corruptions from clean to worst and draw accuracy curves with intervals.

    Options replace the settings of the study. Stopped at any moment, by Ctrl-C or a crash, the
    same command goes on where it was; when all is done, it only writes the table and the report.

    [bold]python -m studies sweep --data mnist.npz --models cnn --seeds 5[/bold]

    [bold]python -m studies sweep --corruptions "zoom | gaussian_noise(sigma=0.2)" --out zoom[/bold]

    [bold]python -m studies sweep --data mnist --protocol mnist_c --reference mlp[/bold]
    """
    overrides: dict[str, object] = {
        "data": data,
        "models": None if models is None else [name.strip() for name in models.split(",")],
        "corruptions": corruptions or None,
        "protocol": protocol,
        "reference": reference,
        "strengths": strengths,
        "seeds": seeds,
    }
    given = {setting: value for setting, value in overrides.items() if value is not None}
    raise typer.Exit(_sweep(study, given, out))


@app.command(name="list")
def list_all() -> None:
    """List the corruptions, protocols, architectures and preset studies there are."""
    from studies.catalogue import print_catalogue

    print_catalogue(_console())


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
) -> None:
    """Write the table, the figures and the report of a results folder again."""
    from studies.outputs import write_outputs
    from studies.store import Store
    from studies.summary import say

    console = _console()
    with _sentences(), Store(folder) as store:
        outputs = write_outputs(store, folder)
        for path in outputs.files:
            say(console, str(path))


def _sweep(source: str, overrides: dict[str, object], out: Path | None) -> int:
    """Run a study, print its end, and return the exit status."""
    from studies.progress import observer_for
    from studies.provenance import command_line
    from studies.session import run_study
    from studies.study import default_folder, load_study
    from studies.summary import print_summary, say

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow greets on stderr otherwise
    console = _console()
    command = command_line(sys.argv[1:])
    with _sentences():
        study = load_study(source, overrides)
        folder = out or default_folder(source, study)
        try:
            ending = run_study(study, folder, command=command, observer=observer_for(console))
        except KeyboardInterrupt:
            say(console, f"Stopped. What is computed is stored in {folder}; to go on, type")
            say(console, f"  {command}")
            return INTERRUPTED
        print_summary(console, ending, folder)
    return FAILED_CELLS if ending.outputs.missing else 0


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn mistakes that a user can mend into one sentence and an exit status."""
    from models.architectures import ArchitectureError
    from models.backend import BackendError
    from models.data import DataError
    from models.predictors import PredictionError
    from models.store import ModelError
    from models.training import TrainingError
    from studies.errors import StudyError

    from_models = (
        ArchitectureError,
        BackendError,
        DataError,
        ModelError,
        PredictionError,
        TrainingError,
    )
    try:
        yield
    except (StudyError, *from_models, OSError) as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(BAD_INPUT) from None


def _console() -> "Console":
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=120)


if __name__ == "__main__":
    app()
