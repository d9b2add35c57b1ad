"""What a peer is: a package with ways to corrupt images as one of our corruptions does."""

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

    Parameters
    ----------
    name : str
        As it is shown.
    version : str
        Of the package that was imported.
    remark : str
        How its data is held and what is timed, in one sentence.
    makers : mapping of str to callable
        By a corruption's text name: from the corruption and the images, the forms to time; none
        where it does not take such images. What a maker does itself is not timed. A run gives
        images as they came, uint8, in one array or one by one.
    """

    name: str
    version: str
    remark: str
    makers: Mapping[str, Maker]


def load_peers(names: Sequence[str] = ADAPTERS) -> tuple[list[Peer], dict[str, str]]:
    """Import the peers; for each that cannot be imported, say why.

    Returns
    -------
    list of Peer, dict of str to str
        Those that are there, and the reasons of those that are not.
    """
    peers, missing = [], {}
    for name in names:
        try:
            peers.append(import_module(f"benchmarks.peers.{name}").load())
        except Exception as error:  # a broken package raises anything at import
            missing[name] = describe(error)
    return peers, missing


def image_by_image(function: Callable[[Any], Any], images: Iterable[Any]) -> Run:
    """Give the run that sends one image after the other through a function."""
    pictures = list(images)

    def run(count: int) -> list[Any]:
        return [function(picture) for picture in pictures[:count]]

    return run


def colour_only(maker: Maker) -> Maker:
    """Keep a maker from grey images: it cannot take them, or there is nothing to do on them."""

    def forms(corruption: Any, images: Batch) -> Mapping[str, Run]:
        return maker(corruption, images) if images.ndim == 4 else {}

    return forms
