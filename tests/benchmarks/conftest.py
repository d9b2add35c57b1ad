import numpy as np
import pytest

import noiselib
from benchmarks.images import ImageSet
from benchmarks.measuring import Effort, measure
from benchmarks.peers.noiselib import load
from benchmarks.peers.peer import Peer, colour_only, image_by_image
from benchmarks.results import BenchmarkResults


@pytest.fixture
def tiny():
    images = np.random.default_rng(0).integers(0, 256, (6, 5, 5), np.uint8)
    return ImageSet("28x28", "a few", images)


@pytest.fixture
def effort():
    return Effort(repeats=2, budget=0.001)


def peer(name, makers):
    return Peer(name, "1.0", f"{name} as it comes", makers)


def brighten(corruption, images):
    def one(image):
        return np.clip(image + corruption.shift * 255, 0, 255).astype(np.uint8)

    return {"image by image": image_by_image(one, images), "one batch": lambda n: one(images[:n])}


def broken(corruption, images):
    def run(count):
        raise RuntimeError("out of\n  paint")

    return {"one batch": run}


def misshapen(corruption, images):
    return {"one batch": lambda count: images[:count, :2]}


def unrounded(corruption, images):
    return {"one batch": lambda count: images[:count] / 255}


@pytest.fixture
def results(tiny, effort):
    packages = [
        load(),
        peer("good", {"brightness": brighten, "zoom": colour_only(brighten)}),
        peer("broken", {"brightness": broken, "contrast": broken}),
        peer("misshapen", {"brightness": misshapen}),
        peer("unrounded", {"brightness": unrounded}),
    ]
    found = BenchmarkResults(
        {"processor": "this one"},
        sources={"28x28": "a few"},
        remarks={one.name: one.remark for one in packages},
        missing={"absent": "ModuleNotFoundError: No module named 'absent'"},
    )
    corruptions = [noiselib.parse(name) for name in ("brightness", "contrast", "zoom")]
    floors = {"contrast": {"28x28": 1e12}, "zoom": {"28x28": 1e-3}}
    found.rows.extend(measure(corruptions, [tiny], packages, floors, effort))
    return found
