"""Validation errors as sentences a person can act on."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def validation_message(what: str, error: "ValidationError", settings: Sequence[str]) -> str:
    """Say every mistake in some settings, each with its path.

    Parameters
    ----------
    what
        What was read, such as ``study mine.toml``.
    error
        What validation found.
    settings
        The paths of the settings that there are, with dots, for suggestions.

    Returns
    -------
    str
        One line for one mistake; for more, a heading and an indented line each.
    """
    mistakes = [_describe(details, settings) for details in error.errors()]
    if len(mistakes) == 1:
        return f"{what}: {mistakes[0]}"
    lines = "\n".join(f"  {mistake}" for mistake in mistakes)
    return f"{what} has {len(mistakes)} mistakes:\n{lines}"


def _describe(details: "ErrorDetails", settings: Sequence[str]) -> str:
    path = ".".join(str(part) for part in details["loc"])
    prefix = f"{path}: " if path else ""
    if details["type"] == "extra_forbidden":
        near = get_close_matches(path, settings, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(settings)}"
        return f"{prefix}there is no such setting; {hint}"
    if details["type"] == "missing":
        return f"{prefix}is missing"
    if details["type"] == "value_error":
        return prefix + str(details["ctx"]["error"])
    if details["type"] == "tuple_type":  # a word that TOML does not know
        return f"{prefix}must be a list, got {_shortened(details['input'])}"
    message = details["msg"][:1].lower() + details["msg"][1:]
    return f"{prefix}{message}, got {_shortened(details['input'])}"


def _shortened(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
