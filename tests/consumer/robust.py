"""A project that uses noiselib: it must run, and pass mypy --strict and pyright."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import noiselib
import noiselib.protocols
from noiselib import Corruption, Pipeline, Trait, Transform, parameter, strength
from noiselib.protocols import Entry, Protocol
from noiselib.testing import check_corruption

NOISE = noiselib.GaussianNoise(sigma=0.2)
BLUR: noiselib.GaussianBlur = noiselib.GaussianBlur().at(0.5)


class Darken(Corruption, register=False):
    """Scale towards black: ``y = (1 - loss) * x``. Deterministic. Own design."""

    traits = Trait.CHANNELWISE | Trait.MONOTONE
    loss: float = strength("fraction of the light that is lost", identity=0, worst=0.9, high=1)
    floor: float = parameter("minimum value", default=0, low=0, high=0)

    def apply(self, images: NDArray[np.float32], draws: Any) -> NDArray[np.float32]:
        """Scale the images."""
        return images * np.float32(1 - self.loss)


def transforms() -> list[Transform]:
    """Return transforms of every kind."""
    pipeline = NOISE | BLUR | noiselib.parse("rotation(degrees=15)")
    assert isinstance(pipeline, Pipeline)
    choices = [noiselib.one_of(NOISE, BLUR), noiselib.sometimes(NOISE, p=0.5), noiselib.vary(BLUR)]
    return [pipeline, pipeline[:2], noiselib.identity, *choices]


def levels(name: str) -> list[Transform]:
    """Return the severity levels of MNIST-C."""
    protocol: Protocol = noiselib.protocols.load("mnist_c")
    entry: Entry = protocol[name]
    return [noiselib.parse(spec) for spec in entry.levels]


def corrupted(images: NDArray[np.uint8], transform: Transform) -> list[NDArray[np.uint8]]:
    """Return images at three strengths."""
    return [transform.at(t)(images, seed=1, ids=7) for t in (0, 0.5, 1)]


def main() -> None:
    """Corrupt images, and test a corruption against the laws."""
    images = np.zeros((2, 28, 28), np.uint8)
    for transform in [*transforms(), *levels("fog"), Darken(loss=0.5)]:
        assert all(result.shape == images.shape for result in corrupted(images, transform))
    names: list[str] = list(noiselib.registry())
    classes: list[type[Corruption]] = list(noiselib.registry().values())
    assert len(names) == len(classes)
    assert issubclass(noiselib.SpecError, ValueError)
    check_corruption(Darken, max_examples=3)


if __name__ == "__main__":
    main()
