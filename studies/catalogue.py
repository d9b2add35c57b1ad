"""What there is to choose from."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def print_catalogue(console: "Console") -> None:
    """Print the corruptions, architectures, data sets and preset studies."""
    from rich.table import Table
    from rich.text import Text

    import noiselib
    from models.architectures import names
    from models.data import names as data_names
    from studies.study import PRESETS, load_study, preset_names

    corruptions = Table(title="Corruptions", title_justify="left", title_style="bold")
    for title in ("at its worst", "strength"):
        corruptions.add_column(title, overflow="fold")
    for name in sorted(noiselib.registry()):
        transform = noiselib.parse(name)
        axis = transform.axis
        unit = f", in {axis.unit}" if axis.unit else ""
        corruptions.add_row(Text(str(transform)), Text(f"{axis.name}: {axis.description}{unit}"))
    console.print(corruptions)

    presets = Table(title="Preset studies", title_justify="left", title_style="bold")
    for title in ("name", "data", "models", "corruptions"):
        presets.add_column(title, overflow="fold")
    for name in preset_names():
        study = load_study(PRESETS / f"{name}.toml")
        presets.add_row(name, study.data, ", ".join(study.models), str(len(study.corruptions)))
    console.print(presets)
    console.print(f"[bold]Architectures[/bold]  {', '.join(names())}", highlight=False)
    console.print(f"[bold]Data[/bold]           {', '.join(data_names())}", highlight=False)
