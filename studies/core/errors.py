"""Errors that a user can correct; each message is one sentence for that user."""


class StudyError(Exception):
    """An error in what was asked for, or in a file on disk.

    The command line prints the message and exits with a non-zero status; nothing that was
    computed before is lost.
    """


def user_errors() -> tuple[type[Exception], ...]:
    """Return the types of exceptions whose message is one sentence for the user."""
    from models.architectures import ArchitectureError
    from models.backend import BackendError
    from models.data import DataError
    from models.predictors import PredictionError
    from models.store import ModelError
    from models.training import TrainingError

    from_models = (
        ArchitectureError, BackendError, DataError, ModelError, PredictionError, TrainingError,
    )  # fmt: skip
    return (StudyError, *from_models, OSError)
