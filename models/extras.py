"""Optional packages: which extra of this distribution installs them."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import UserError

DISTRIBUTIONS = {"PIL": "Pillow", "sklearn": "scikit-learn"}
"""Names of distributions by the packages that they install, where the two differ."""


@contextmanager
def explain_missing_package(needed_by: str, extra: str, kind: type[UserError]) -> Iterator[None]:
    """Turn the import error of an optional package into a sentence that says how to install it.

    Parameters
    ----------
    needed_by : str
        What cannot be read without the package; the message begins with it.
    extra : str
        The extra of this distribution that installs the package.
    kind : type of UserError
        The exception to raise.

    Yields
    ------
    None
        Run what imports the package inside the block.

    Raises
    ------
    UserError
        An exception of type `kind`, when a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise kind(
            f"{needed_by} needs {DISTRIBUTIONS.get(package, package)}, which is not installed; "
            f"it comes with the extra '{extra}': python -m pip install -e \".[{extra}]\""
        ) from error
