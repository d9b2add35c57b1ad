"""The images of the measurements: small grey digits and large colour photographs."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIZES", "ImageSet", "image_set"]

SIZES = ("28x28", "224x224x3")
SEED = 20240229  # of crops and noise; an arbitrary number
MNIST = Path(__file__).resolve().parents[2] / "shared" / "data" / "mnist.npz"

Batch = NDArray[np.uint8]


@dataclass(frozen=True)
class ImageSet:
    """Images of one size: uint8, shape (n, h, w) or (n, h, w, 3), and their source."""

    size: str
    source: str
    images: Batch


def image_set(size: str, count: int, data: Path | None = None) -> ImageSet:
    """Return images of one size.

    Parameters
    ----------
    size : str
        ``28x28``: MNIST's test images, or scikit-learn's digits enlarged, or noise.
        ``224x224x3``: crops of scikit-learn's two photographs, or noise.
    count : int
        How many; the available images are repeated.
    data : Path, optional
        An .npz with ``x_test`` of shape (n, 28, 28), uint8; by default the MNIST
        beside the checkout, where there is one.

    Returns
    -------
    ImageSet
        The images.
    """
    if size == "28x28":
        source, images = digits(data)
    elif size == "224x224x3":
        source, images = photographs(count)
    else:
        raise ValueError(f"size must be one of {', '.join(SIZES)}, got {size!r}")
    repeated = np.resize(images, (count, *images.shape[1:]))
    return ImageSet(size, source, np.ascontiguousarray(repeated))


def add_data_option(parser: ArgumentParser) -> None:
    """Add ``--data``, whose default is the MNIST beside the checkout, else digits."""
    default = str(MNIST) if MNIST.exists() else "digits"
    parser.add_argument("--data", default=default, help="[MNIST beside the checkout, else digits]")


def digits(data: Path | None) -> tuple[str, Batch]:
    """Return grey digits of 28 x 28 pixels, from the best available source."""
    if data is not None:
        return data.name, from_file(data)
    if MNIST.exists():
        return "MNIST, test images", from_file(MNIST)
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        return "uniform noise", noise((1000, 28, 28))
    small = load_digits().images * (255 / 16)  # 8 x 8, values 0..16
    large = np.pad(small.repeat(3, axis=1).repeat(3, axis=2), ((0, 0), (2, 2), (2, 2)))
    return "scikit-learn's digits, enlarged", large.astype(np.uint8)


def from_file(path: Path) -> Batch:
    """Return ``x_test`` of an .npz file."""
    with np.load(path, allow_pickle=False) as arrays:
        if "x_test" not in arrays:
            raise ValueError(f"{path} has no x_test, but {', '.join(arrays) or 'nothing'}")
        images: Batch = arrays["x_test"]
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError(
            f"x_test of {path} must be uint8 of shape (n, 28, 28), "
            f"got {images.dtype} of shape {images.shape}"
        )
    return images


def photographs(count: int, side: int = 224) -> tuple[str, Batch]:
    """Return crops from photographs at random positions."""
    try:
        from sklearn.datasets import load_sample_images

        pictures = load_sample_images().images
    except ImportError:
        return "uniform noise", noise((count, side, side, 3))
    generator = np.random.default_rng(SEED)
    crops = []
    for number in range(count):
        picture = pictures[number % len(pictures)]
        top, left = (generator.integers(0, length - side + 1) for length in picture.shape[:2])
        crops.append(picture[top : top + side, left : left + side])
    return "scikit-learn's photographs, crops", np.stack(crops)


def noise(shape: tuple[int, ...]) -> Batch:
    """Return images of uniform noise."""
    return np.random.default_rng(SEED).integers(0, 256, shape, np.uint8)
