"""Augmentation functions by name, as ``module:function``."""

import hashlib
import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.batches import Augment, AugmentError, Images

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def is_function_name(text: str) -> bool:
    """Tell whether a text has the form ``module:function``."""
    return _NAME.fullmatch(text) is not None


@dataclass(frozen=True)
class FunctionAugment:
    """A function ``(images, ids, epoch) -> images``, identified by its name and source file.

    Attributes
    ----------
    name : str
        ``module:function``.
    function : callable
        Takes uint8 images (n, h, w, c), their ids (n,) and the epoch, counted from 0.
    source_digest : str
        SHA-256 (hexadecimal) of the file of the module; empty where there is none.
    """

    name: str
    function: Augment
    source_digest: str

    def __call__(self, images: Images, ids: NDArray[np.int64], epoch: int) -> Images:
        """Return the augmented images."""
        return self.function(images, ids, epoch)

    def __str__(self) -> str:
        return f"{self.name} ({self.source_digest[:12]})" if self.source_digest else self.name


def load_augment(name: str) -> FunctionAugment:
    """Import an augmentation function.

    Modules are found as `import` finds them, including those in the working folder when Python was
    started with ``-m``.

    Parameters
    ----------
    name : str
        ``module:function``.

    Returns
    -------
    FunctionAugment
        The function, with what identifies it.

    Raises
    ------
    AugmentError
        When `name` has another form, there is no such module or function, or it cannot be called.
    """
    if not is_function_name(name):
        raise AugmentError(f"augment: must have the form module:function, got {name!r}")
    module_name, _, function_name = name.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a foreign module may raise anything
        raise AugmentError(f"augment: importing {module_name} failed: {error}") from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise AugmentError(f"augment: module {module_name} has no function {function_name}")
    file = getattr(module, "__file__", None)
    digest = "" if file is None else hashlib.sha256(Path(file).read_bytes()).hexdigest()
    return FunctionAugment(name, function, digest)
