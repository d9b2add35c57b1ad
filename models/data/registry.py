"""What a data set and a data format are, and the decorators that register them.

Nothing heavy is imported here: `--help` lists what is registered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.data.progress import OnProgress
    from models.dataset import Dataset

    Load = Callable[[], Dataset]
    Read = Callable[[Path, OnProgress | None], Dataset]


@dataclass(frozen=True, kw_only=True)
class NamedDataSet:
    """A data set that is loaded by its name.

    Attributes
    ----------
    name : str
        What users type.
    load : callable
        Returns the data set.
    class_names : tuple of str
        Also used for files of that name that hold as many classes and do not name them.
    extra : str
        The extra of this distribution that installs what `load` imports.
    downloaded : bool
        Whether `load` needs a network the first time.
    listed : bool
        Whether help texts list the name; False where `load` only says how to get the files.
    """

    name: str
    load: "Load"
    class_names: tuple[str, ...]
    extra: str
    downloaded: bool
    listed: bool


@dataclass(frozen=True, kw_only=True)
class DataFormat:
    """A kind of file or folder that holds a data set.

    Attributes
    ----------
    description : str
        Used in messages and help texts, with its article: ``an .npz file``.
    read : callable
        Returns the data set at a path; its second argument reports progress, or is None.
    ending : str
        Of the file name; empty for a folder.
    recognizes : callable
        Whether a path holds data of this format.
    extra : str
        The extra of this distribution that installs what `read` imports.
    fallback : bool
        Whether other formats are asked first.
    """

    description: str
    read: "Read"
    ending: str
    recognizes: Callable[[Path], bool]
    extra: str
    fallback: bool


NAMED: dict[str, NamedDataSet] = {}
FORMATS: list[DataFormat] = []


def data_set(
    name: str,
    *,
    class_names: tuple[str, ...] = (),
    extra: str = "app",
    downloaded: bool = False,
    listed: bool = True,
) -> "Callable[[Load], Load]":
    """Register a function that returns a data set, as `NamedDataSet` describes it."""

    def register(load: "Load") -> "Load":
        if name in NAMED:
            raise ValueError(f"a data set called '{name}' is registered already")
        NAMED[name] = NamedDataSet(
            name=name,
            load=load,
            class_names=class_names,
            extra=extra,
            downloaded=downloaded,
            listed=listed,
        )
        return load

    return register


def data_format(
    description: str,
    *,
    ending: str = "",
    recognizes: Callable[[Path], bool] | None = None,
    extra: str = "app",
    fallback: bool = False,
) -> "Callable[[Read], Read]":
    """Register a function that reads a file or folder, as `DataFormat` describes it.

    Without `recognizes`, the format takes every file with its ending.
    """

    def has_ending(path: Path) -> bool:
        return path.is_file() and path.suffix == ending

    def register(read: "Read") -> "Read":
        FORMATS.append(
            DataFormat(
                description=description,
                read=read,
                ending=ending,
                recognizes=recognizes or has_ending,
                extra=extra,
                fallback=fallback,
            )
        )
        return read

    return register
