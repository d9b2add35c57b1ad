"""Data sets by name and data formats; a new one is one file in this folder.

Such a file holds a function under `data_set` or `data_format` of `models.data.registry`, and is
found without being listed anywhere. It imports large libraries inside functions, because help texts
import it.
"""

from models.data.registry import FORMATS, NAMED, DataFormat, NamedDataSet
from models.discovery import import_modules


def named_data_sets() -> dict[str, NamedDataSet]:
    """Return all data sets by name, those that need no download first."""
    import_modules(__name__)
    return dict(sorted(NAMED.items(), key=lambda item: item[1].downloaded))


def data_formats() -> list[DataFormat]:
    """Return all data formats in the order in which they are tried."""
    import_modules(__name__)
    return sorted(FORMATS, key=lambda entry: entry.fallback)


def names() -> tuple[str, ...]:
    """Return the names of the data sets that can be loaded by name."""
    return tuple(name for name, entry in named_data_sets().items() if entry.listed)


def endings() -> tuple[str, ...]:
    """Return the endings of the files that hold data sets."""
    return tuple(entry.ending for entry in data_formats() if entry.ending)


def describe_formats() -> str:
    """Return the data formats in words, as ``an .npz file, a folder of .npy files or ...``."""
    files_first = sorted(data_formats(), key=lambda entry: not entry.ending)
    *first, last = (entry.description for entry in files_first)
    return f"{', '.join(first)} or {last}" if first else last


def describe_sources() -> str:
    """Return what can be loaded, in words, as ``digits, mnist, an .npz file or ...``."""
    return ", ".join((*names(), describe_formats()))
