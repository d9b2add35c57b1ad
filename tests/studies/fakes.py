"""Cheap data and models; run as a script, this is ``python -m studies`` with them.

The environment variable FAKE_LOG names a file that gets one line for each predicted block,
FAKE_PAUSE is the number of seconds that a block takes.
"""

import hashlib
import os
import signal
import time
from pathlib import Path

import numpy as np

from studies.config.validators import model_name
from studies.run.models import Classifier
from studies.store.store import StoredModel
from studies.workflows import sweep as session

CLASSES = 4
SIDE = 12

QUADRANTS = """
import numpy as np

def quadrants(images):
    half = images.shape[1] // 2
    rows = images[:, :half], images[:, half:]
    parts = [part for row in rows for part in (row[:, :, :half], row[:, :, half:])]
    means = np.stack([part.mean(axis=(1, 2, 3)) for part in parts], axis=1)
    powers = np.exp(0.1 * (means - means.max(axis=1, keepdims=True)))
    return powers / powers.sum(axis=1, keepdims=True)
"""
"""A module with an external model that needs no library; correct on clean `make_images`."""


def make_images(count, seed):
    """Return grey images with one bright quadrant, the number of which is the class."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, CLASSES, count)
    images = generator.integers(0, 110, (count, SIDE, SIDE, 1))
    half = SIDE // 2
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[half * row : half * (row + 1), half * column : half * (column + 1)] += 25
    return images.astype(np.uint8), labels


def write_data(path, count=60, seed=0):
    """Write a small data set as .npz and return its path."""
    (x_train, y_train), (x_test, y_test) = make_images(40, seed + 1), make_images(count, seed)
    y_train[:CLASSES] = np.arange(CLASSES)
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    return path


class QuadrantModel:
    """Softmax of the mean grey levels of quadrants: correct on clean images, worse on others."""

    input_shape = (SIDE, SIDE, 1)
    classes = CLASSES

    def __init__(self, name, sharpness=0.1):
        self.name = name
        self.digest = hashlib.sha256(name.encode()).hexdigest()
        self.sharpness = sharpness
        self.calls = 0

    def predict(self, images):
        self.calls += 1
        if log := os.environ.get("FAKE_LOG"):
            with Path(log).open("a") as file:
                file.write(f"{self.name}\n")
        time.sleep(float(os.environ.get("FAKE_PAUSE", "0")))
        half = SIDE // 2
        pixels = images[..., 0].astype(np.float64)
        if self.name == "cnn":  # another model: it uses a part of each quadrant only
            pixels = pixels[:, ::2, :]
            half_rows = half // 2
        else:
            half_rows = half
        means = np.stack(
            [
                pixels[:, rows, columns].mean(axis=(1, 2))
                for rows in (slice(None, half_rows), slice(half_rows, None))
                for columns in (slice(None, half), slice(half, None))
            ],
            axis=1,
        )
        scores = np.exp(self.sharpness * (means - means.max(axis=1, keepdims=True)))
        return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


def find_fakes(study, data, folder, store, observer, *, threads):
    """Replace `studies.run.models.load_models`."""
    found = []
    for model in study.models:
        name = model_name(model)
        digest = hashlib.sha256(name.encode()).hexdigest()
        store.remember_model(StoredModel(name, digest, f"{folder}/{name}.keras", "[]", {}))
        found.append(Classifier(name, digest, folder / f"{name}.keras"))
    return found


def start_fakes(needed, data, *, threads):
    """Replace `studies.run.models.load_predictors`."""
    return {classifier.name: QuadrantModel(classifier.name) for classifier in needed}


if __name__ == "__main__":
    from studies.__main__ import app

    # A process that a background job starts ignores Ctrl-C, which the tests send.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    session.load_models = find_fakes
    session.load_predictors = start_fakes
    app()
