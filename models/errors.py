"""The exception for data, which loading and reading share."""


class DataError(ValueError):
    """Data that cannot be had or cannot be used; the message is one sentence for the user."""
