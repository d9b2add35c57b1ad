"""The command line: ``python -m models list``, ``info`` and ``train``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from models.data import Dataset
    from models.training import TrainConfig, Trained

app = typer.Typer(
    name="python -m models",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Image classifiers: see which there are, and train one.\n\n"
    "Begin with [bold]python -m models train mlp[/bold]: it takes seconds.",
)

BAD_INPUT = 2
INTERRUPTED = 130
DATA_HELP = "Data: digits, mnist, fashion_mnist, cifar10, or an .npz file."


@app.command("list")
def list_all() -> None:
    """Show the architectures and the data sets that have names."""
    from rich.table import Table

    from models import architectures, data

    table = Table(
        "architecture", "what it is", "epochs at most", "batch", "learning rate", box=None
    )
    for name in architectures.names():
        entry = architectures.get(name)
        recipe = entry.recipe
        table.add_row(
            name,
            entry.summary,
            str(recipe.most_epochs),
            str(recipe.batch_size),
            f"{recipe.learning_rate:g}",
        )
    console = _console()
    console.print(table)
    console.print(f"data sets: {', '.join(data.names())}, or any .npz file")


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="An architecture, or a .keras file.")],
    data: Annotated[
        str, typer.Option(help=f"What an architecture is built for. {DATA_HELP}")
    ] = "digits",
) -> None:
    """Show the layers of an architecture or of a trained model, and how that was trained."""
    from models import backend, summary

    with _mistakes_in_a_sentence():
        with backend.quiet_start():
            backend.name()
        console = _console()
        console.print(summary.describe(name, data), markup=False, soft_wrap=True)


@app.command()
def train(
    architecture: Annotated[str, typer.Argument(help="As `python -m models list` shows them.")],
    data: Annotated[str, typer.Option(help=DATA_HELP)] = "digits",
    epochs: Annotated[int | None, typer.Option(min=1, help="By default as the data need.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1)] = None,
    learning_rate: Annotated[float | None, typer.Option(help="At the start.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Decides every draw.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="By default one a processor.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to save; by default trained/ARCHITECTURE.keras.")
    ] = None,
) -> None:
    r"""Train a model, save it, and score it on the test images.

    The same seed gives the same weights on one machine with one number of threads.

    \b
    python -m models train mlp
    python -m models train cnn --data mnist.npz --seed 1 --out trained/cnn-1.keras
    """
    from models import architectures, backend, store
    from models.data import load
    from models.training import TrainConfig

    with _mistakes_in_a_sentence():
        architectures.get(architecture)
        config = TrainConfig(
            architecture=architecture,
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            seed=seed,
        )
        path = store.writable(out or Path("trained") / f"{architecture}.keras")
        source = load(data)
        with backend.quiet_start():
            backend.pin_threads(threads or backend.threads())
        trained = _train(config, source)
        store.save(trained, path)
        _tell(trained, source, path, data)


def _train(config: "TrainConfig", data: "Dataset") -> "Trained":
    """Train under a progress bar on standard error, if that is a terminal."""
    from rich.progress import Progress, TextColumn

    from models.training import EpochReport, train

    console = _console(stderr=True)
    with Progress(
        *Progress.get_default_columns(),
        TextColumn("{task.fields[score]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        total = config.resolved(data).epochs
        task = progress.add_task(f"{config.architecture} on {data.name}", total=total, score="")

        def advance(report: EpochReport) -> None:
            score = report.validation_accuracy
            text = "" if score is None else f"validation {score:.2%}"
            progress.update(task, completed=report.epoch, score=text)

        return train(config, data, on_epoch=advance)


def _tell(trained: "Trained", data: "Dataset", path: Path, source: str) -> None:
    """Say how good the model is, where it lies and what to type next."""
    from scipy.stats import binomtest

    from models.predictors import KerasPredictor

    probabilities = KerasPredictor(trained.model, path.stem).predict(data.test_images)
    right = int((probabilities.argmax(axis=1) == data.test_labels).sum())
    count = len(data.test_labels)
    interval = binomtest(right, count).proportion_ci(method="wilson")
    console = _console()
    console.print(
        f"{trained.config.architecture} on {data.name}: test accuracy {right / count:.2%} "
        f"of {count:,} images (95 % interval {interval.low:.2%} to {interval.high:.2%}), "
        f"{trained.config.epochs} epochs in {trained.seconds:.1f} s",
        soft_wrap=True,
    )
    extra = "" if source == "digits" else f" --data {source}"
    console.print(f"saved: {path}", soft_wrap=True)
    console.print(f"next:  python -m studies sweep --models {path}{extra}", soft_wrap=True)


@contextmanager
def _mistakes_in_a_sentence() -> Iterator[None]:
    """Turn the errors a user can make into one sentence and an exit code."""
    from pydantic import ValidationError

    from models.architectures import ArchitectureError
    from models.backend import BackendError
    from models.data import DataError
    from models.predictors import PredictionError
    from models.store import ModelError
    from models.training import TrainingError

    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        _fail(f"{'.'.join(map(str, first['loc']))}: {first['msg']}, got {first['input']}")
    except (
        ArchitectureError, BackendError, DataError, ModelError, PredictionError, TrainingError,
    ) as error:  # fmt: skip
        _fail(str(error))
    except KeyboardInterrupt:
        _console(stderr=True).print("stopped; nothing was saved")
        raise typer.Exit(INTERRUPTED) from None


def _fail(sentence: str) -> None:
    typer.secho(f"error: {sentence}", err=True, fg=typer.colors.RED)
    raise typer.Exit(BAD_INPUT)


def _console(*, stderr: bool = False) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


if __name__ == "__main__":
    sys.exit(app())
