"""Validation errors as sentences that a user can act on."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def validation_message(what: str, error: "ValidationError", settings: Sequence[str]) -> str:
    """Describe every error in some settings, each with its path.

    Parameters
    ----------
    what : str
        What was read, such as ``study mine.toml``.
    error : pydantic.ValidationError
        The errors that validation found.
    settings : sequence of str
        The paths of all settings, with dots, for suggestions.

    Returns
    -------
    str
        One line for one error; for several, a heading and an indented line for each.
    """
    messages = [_describe(details, settings) for details in error.errors()]
    if len(messages) == 1:
        return f"{what}: {messages[0]}"
    lines = "\n".join(f"  {message}" for message in messages)
    return f"{what} has {len(messages)} errors:\n{lines}"


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
    if details["type"] == "tuple_type":  # TOML has lists, not tuples
        return f"{prefix}must be a list, got {_shortened(details['input'])}"
    message = details["msg"][:1].lower() + details["msg"][1:]
    return f"{prefix}{message}, got {_shortened(details['input'])}"


def _shortened(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
