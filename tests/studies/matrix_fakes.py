"""Cheap networks for a train-by-test matrix; run as a script, ``python -m studies`` with them.

Each uses some of the pixels, which its name decides, so that no two are equal. The environment
variable FAKE_LOG names a file that gets one line for each training and each predicted block,
FAKE_PAUSE is the number of seconds that each of them takes.
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


def _log(what):
    if log := os.environ.get("FAKE_LOG"):
        with Path(log).open("a") as file:
            file.write(f"{what}\n")
    time.sleep(float(os.environ.get("FAKE_PAUSE", "0")))


class PartialModel(QuadrantModel):
    """A `QuadrantModel` that uses some pixels only."""

    def predict(self, images):
        _log(f"predict {self.name}")
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
    """Replace `studies.run.models.load_predictors`."""
    return {classifier.name: PartialModel(classifier.name) for classifier in needed}


def train_fake(config, data, path, augment=None, on_epoch=None):
    """Replace `models.resumable.train_to_file`."""
    _log(f"train {path.stem}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{config.architecture} {config.seed} {augment}")
    path.with_suffix(".json").write_text("{}")


def replacements():
    """Return the replacements of real trainings and models: (module, name, replacement)."""
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

    # A process that a background job starts ignores Ctrl-C, which the tests send.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for module, name, replacement in replacements():
        setattr(module, name, replacement)
    app()
