"""The console that commands print to."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console() -> "Console":
    """Return the console: the terminal, or 120 columns where the output is no terminal."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=120)


def print_line(console: "Console", text: str) -> None:
    """Print one line without markup, colours or line breaks."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def print_written(console: "Console", folder: Path, files: Mapping[str, str], page: Path) -> None:
    """Print what was written to a folder, file name -> description, and the page to open next."""
    print_line(console, f"Written to {folder}:")
    for name, description in files.items():
        print_line(console, f"  {name:<16} {description}")
    print_line(console, f"Next: open {page} in a browser.")
