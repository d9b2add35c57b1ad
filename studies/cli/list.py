"""The command ``python -m studies list``."""

from collections import Counter
from typing import TYPE_CHECKING, get_args

from studies.cli.runner import run_command

if TYPE_CHECKING:
    from rich.table import Table


def list_choices() -> None:
    """List what a study can use: corruptions, protocols, presets, architectures and data sets.

    [bold]python -m studies list[/bold]
    """
    with run_command() as run:
        from models.architectures import names
        from models.data import describe_sources

        for table in (_corruptions(), _protocols(), _presets()):
            run.console.print(table)
        for title, choices in (("Architectures", ", ".join(names())), ("Data", describe_sources())):
            run.console.print(f"[bold]{title:<13}[/bold]  {choices}", highlight=False)


def _table(title: str, *columns: str) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _corruptions() -> "Table":
    from rich.text import Text

    import noiselib

    corruptions = _table("Corruptions", "at maximum severity", "strength")
    for name in sorted(noiselib.registry()):
        transform = noiselib.parse(name)
        axis = transform.axis
        unit = f", in {axis.unit}" if axis.unit else ""
        corruptions.add_row(Text(str(transform)), Text(f"{axis.name}: {axis.description}{unit}"))
    return corruptions


def _protocols() -> "Table":
    from rich.text import Text

    from noiselib import protocols
    from noiselib.protocols.entry import Fidelity

    table = _table("Protocols", "name", "corruptions", "in the mCE", "fidelity", "source")
    for name in protocols.NAMES:
        protocol = protocols.load(name)
        kinds = Counter(entry.fidelity for entry in protocol.values())
        table.add_row(
            name,
            str(len(protocol)),
            str(sum(entry.benchmark for entry in protocol.values())),
            "\n".join(f"{kinds[kind]} {kind}" for kind in get_args(Fidelity) if kinds[kind]),
            Text(protocol.source),
        )
    return table


def _presets() -> "Table":
    from studies.config.files import load_study, preset_names
    from studies.config.matrix import load_matrix
    from studies.plan import trainings_of

    presets = _table("Preset studies", "name", "data", "models", "corruptions")
    for name in preset_names():
        study = load_study(name)
        asked = study.protocol or str(len(study.corruptions))
        presets.add_row(name, study.data, ", ".join(study.models), asked)
    for name in preset_names("matrix"):
        matrix = load_matrix(name)
        models = f"{matrix.training.architecture}, trained in {len(trainings_of(matrix))} ways"
        presets.add_row(name, matrix.data, models, str(len(matrix.corruptions)))
    return presets
