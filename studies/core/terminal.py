"""The console that commands print to."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console() -> "Console":
    """Return the console: the terminal, or 120 columns where the output is no terminal."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=120)


def say(console: "Console", text: str) -> None:
    """Print one line without markup, colours or line breaks."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
