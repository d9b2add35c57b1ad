"""Cheap networks for a train-by-test matrix; run as a script, ``python -m studies`` with them.

Each sees a part of the pixels that its name decides, so that no two are alike. FAKE_LOG names a
file that gets a line a training and a predicted block, FAKE_PAUSE the seconds that each takes.
"""

import hashlib
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from fakes import SIDE, QuadrantModel, find_fakes


def _did(what):
    if log := os.environ.get("FAKE_LOG"):
        with Path(log).open("a") as file:
            file.write(f"{what}\n")
    time.sleep(float(os.environ.get("FAKE_PAUSE", "0")))


class PartialModel(QuadrantModel):
    """A `QuadrantModel` that sees some pixels only."""

    def predict(self, images):
        _did(f"predict {self.name}")
        key = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:4], "big")
        generator = np.random.default_rng(key)
        seen = generator.random((SIDE, SIDE)) < generator.uniform(0.1, 0.9)
        pixels = images[..., 0] * seen
        half = SIDE // 2
        means = np.stack(
            [
                pixels[:, rows, columns].sum(axis=(1, 2)) / (1 + seen[rows, columns].sum())
                for rows in (slice(None, half), slice(half, None))
                for columns in (slice(None, half), slice(half, None))
            ],
            axis=1,
        )
        scores = np.exp(0.1 * (means - means.max(axis=1, keepdims=True)))
        return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


def start_partial(needed, data, *, threads):
    """Stand in for `studies.run.models.load_predictors`."""
    return {classifier.name: PartialModel(classifier.name) for classifier in needed}


def train_fake(config, data, path, augment=None, on_epoch=None):
    """Stand in for `models.resumable.train_to_file`."""
    _did(f"train {path.stem}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{config.architecture} {config.seed} {augment}")
    path.with_suffix(".json").write_text("{}")


class Silent:
    """An observer that keeps nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def _hear(self, *_):
        return None

    note = epoch_done = sweep_begins = cell_done = cell_failed = _hear


def stand_ins():
    """Return what to put in place of real trainings and models: (module, name, stand-in)."""
    from models import backend, resumable
    from studies.workflows import sweep

    return [
        (sweep, "load_models", find_fakes),
        (sweep, "load_predictors", start_partial),
        (resumable, "train_to_file", train_fake),
        (backend, "pin_threads", lambda count: count),
    ]


if __name__ == "__main__":
    from studies.__main__ import app

    # Started from a background job, a process ignores Ctrl-C; the tests send it all the same.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for module, name, stand_in in stand_ins():
        setattr(module, name, stand_in)
    app()
