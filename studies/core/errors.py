"""The errors of studies that a user can correct, and hints for misspelt names."""

from collections.abc import Collection
from difflib import get_close_matches

from models.errors import UserError


class StudyError(UserError):
    """An error in what was asked for, or in a file on disk; the message is one sentence.

    The command line prints the message and exits with a non-zero status; nothing that was
    computed before is lost.
    """


def suggestion(name: str, names: Collection[str]) -> str:
    """Return a hint on a name that is unknown: the most similar known name, or all of them."""
    similar = get_close_matches(name, names, n=1)
    return f"did you mean {similar[0]!r}?" if similar else f"there are {', '.join(names)}"
