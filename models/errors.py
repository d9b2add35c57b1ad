"""Errors that a user can correct; each message is one sentence for that user."""


class UserError(Exception):
    """Base class of the errors that command lines report without a traceback."""


class DataError(UserError, ValueError):
    """Data that cannot be found, read or used."""


class ModelError(UserError, ValueError):
    """A model file that cannot be read, written or trusted."""


class PredictionError(UserError, ValueError):
    """Images that do not fit a model, or outputs that are not probabilities."""


def first_line(error: BaseException) -> str:
    """Return the first line of the message of an exception, or its type without a message."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def describe_exception(error: BaseException) -> str:
    """Return the type of an exception and the first line of its message."""
    kind = type(error).__name__
    line = first_line(error)
    return kind if line == kind else f"{kind}: {line}"
