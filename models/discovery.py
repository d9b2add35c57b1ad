"""Find what the modules of a folder register, so that adding one needs no list of modules."""

import importlib
import pkgutil


def import_modules(package: str) -> None:
    """Import every module directly inside a package; what they register is then known.

    Parameters
    ----------
    package : str
        Full name of the package.
    """
    folder = importlib.import_module(package)
    for module in pkgutil.iter_modules(folder.__path__):
        importlib.import_module(f"{package}.{module.name}")
