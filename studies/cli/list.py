"""What there is to choose from."""

from collections import Counter
from typing import TYPE_CHECKING, get_args

from noiselib.protocols.entry import Fidelity

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_FIDELITIES = get_args(Fidelity)


def print_catalogue(console: "Console") -> None:
    """Print the corruptions, protocols, preset studies, architectures and data sets."""
    from models.architectures import names
    from models.data import describe_sources

    for table in (_corruptions(), _protocols(), _presets()):
        console.print(table)
    console.print(f"[bold]Architectures[/bold]  {', '.join(names())}", highlight=False)
    console.print(f"[bold]Data[/bold]           {describe_sources()}", highlight=False)


def _corruptions() -> "Table":
    from rich.table import Table
    from rich.text import Text

    import noiselib

    corruptions = Table(title="Corruptions", title_justify="left", title_style="bold")
    for title in ("at its worst", "strength"):
        corruptions.add_column(title, overflow="fold")
    for name in sorted(noiselib.registry()):
        transform = noiselib.parse(name)
        axis = transform.axis
        unit = f", in {axis.unit}" if axis.unit else ""
        corruptions.add_row(Text(str(transform)), Text(f"{axis.name}: {axis.description}{unit}"))
    return corruptions


def _protocols() -> "Table":
    from rich.table import Table
    from rich.text import Text

    from noiselib import protocols

    table = Table(title="Protocols", title_justify="left", title_style="bold")
    for title in ("name", "corruptions", "in the mCE", "fidelity", "source"):
        table.add_column(title, overflow="fold")
    for name in protocols.NAMES:
        protocol = protocols.load(name)
        kinds = Counter(entry.fidelity for entry in protocol.values())
        table.add_row(
            name,
            str(len(protocol)),
            str(sum(entry.benchmark for entry in protocol.values())),
            "\n".join(f"{kinds[kind]} {kind}" for kind in _FIDELITIES if kinds[kind]),
            Text(protocol.source),
        )
    return table


def _presets() -> "Table":
    from rich.table import Table

    from studies.config.files import load_study, preset_names
    from studies.config.matrix import load_matrix
    from studies.plan import trainings_of

    presets = Table(title="Preset studies", title_justify="left", title_style="bold")
    for title in ("name", "data", "models", "corruptions"):
        presets.add_column(title, overflow="fold")
    for name in preset_names():
        study = load_study(name)
        asked = study.protocol or str(len(study.corruptions))
        presets.add_row(name, study.data, ", ".join(study.models), asked)
    for name in preset_names("matrix"):
        matrix = load_matrix(name)
        models = f"{matrix.training.architecture}, trained in {len(trainings_of(matrix))} ways"
        presets.add_row(name, matrix.data, models, str(len(matrix.corruptions)))
    return presets
