"""Peers: other packages, and how each of them performs our corruptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import Run, describe

__all__ = ["ADAPTERS", "Batch", "Maker", "Peer", "colour_only", "image_by_image", "load_peers"]

ADAPTERS = ("imagecorruptions", "skimage", "albumentations", "kornia")

Batch = NDArray[np.uint8]  # (n, h, w) or (n, h, w, 3)
Maker = Callable[[Any, Batch], Mapping[str, Run]]  # corruption and images -> its forms


@dataclass(frozen=True)
class Peer:
    """A package that corrupts images.

    Attributes
    ----------
    name : str
        Its name in tables.
    version : str
        Version of the imported package.
    remark : str
        How its data is stored and what is timed, in one sentence.
    makers : mapping of str to callable
        For the name of each corruption, a function of the corruption and the images that returns
        the forms to time, or none where the package does not take such images. The time of the
        maker itself is not measured. A run returns uint8 images of the same shape, in one array or
        one by one.
    """

    name: str
    version: str
    remark: str
    makers: Mapping[str, Maker]


def load_peers(names: Sequence[str] = ADAPTERS) -> tuple[list[Peer], dict[str, str]]:
    """Import the peers, and record why some cannot be imported.

    Parameters
    ----------
    names : sequence of str, optional
        Names of adapters.

    Returns
    -------
    peers : list of Peer
        Those that were imported.
    missing : dict of str to str
        The reason for each that was not.
    """
    peers, missing = [], {}
    for name in names:
        try:
            peers.append(import_module(f"benchmarks.peers.{name}").load())
        except Exception as error:  # a broken package may raise anything
            missing[name] = describe(error)
    return peers, missing


def image_by_image(function: Callable[[Any], Any], images: Iterable[Any]) -> Run:
    """Return the run that applies a function to one image after the other."""
    pictures = list(images)

    def run(count: int) -> list[Any]:
        return [function(picture) for picture in pictures[:count]]

    return run


def colour_only(maker: Maker) -> Maker:
    """Restrict a maker to colour images: it cannot take grey ones, or does not change them."""

    def forms(corruption: Any, images: Batch) -> Mapping[str, Run]:
        return maker(corruption, images) if images.ndim == 4 else {}

    return forms
