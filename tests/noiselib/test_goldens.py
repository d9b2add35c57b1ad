"""Goldens: stored results, so that no corruption changes unnoticed.

The results of each corruption on fixed images are stored with its revision: as digests if it is
EXACT, otherwise as arrays that every processor must reproduce within a grey level on 99.9 % of the
values. After an intended change, raise the revision in the class and run
``python tests/noiselib/test_goldens.py``, which stores new corruptions and raised revisions, and
refuses all others.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import noiselib
from noiselib.traits import Trait

GOLDENS = Path(__file__).with_name("goldens")


def images(channels):
    """Return fixed uint8 images, from integer arithmetic: noise, a ramp, and strokes."""
    h, w = (28, 28) if channels == 1 else (23, 30)
    noise = np.random.Generator(np.random.Philox(11)).integers(0, 256, (h, w, channels), np.uint8)
    rows, columns = np.arange(h)[:, None, None], np.arange(w)[:, None]
    ramp = (rows * 5 + columns * 4 + np.arange(channels) * 40) % 256
    strokes = 255 * ((rows + 2 * columns) % 11 < 3) * np.ones(channels, int)
    return np.stack([noise, ramp.astype(np.uint8), strokes.astype(np.uint8)])


def results(cls):
    """Return the results of a corruption at t = 0.5 and 1, grey and RGB."""
    return {
        f"{kind} at {t}": cls().at(t)(images(channels), seed=2026, ids=5)
        for kind, channels in (("grey", 1), ("rgb", 3))
        for t in (0.5, 1)
    }


def digest(array):
    return hashlib.sha256(array.tobytes()).hexdigest()[:32]


def load(folder, name):
    """Return the golden of a corruption, with digests or arrays; None if there is none."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    golden = json.loads(path.read_text())
    if "digests" not in golden:
        with np.load(path.with_suffix(".npz")) as arrays:
            golden["arrays"] = dict(arrays)
    return golden


def agrees(golden, now):
    """Whether results agree with the golden, as far as is promised."""
    if "digests" in golden:
        return golden["digests"] == {key: digest(array) for key, array in now.items()}
    return golden["arrays"].keys() == now.keys() and all(
        (abs(array.astype(int) - now[key]) <= 1).mean() >= 0.999
        for key, array in golden["arrays"].items()
    )


@pytest.mark.parametrize("name", noiselib.registry())
def test_results_are_the_goldens(name):
    cls, golden = noiselib.registry()[name], load(GOLDENS, name)
    assert golden, f"{name} has no golden yet: run python tests/noiselib/{Path(__file__).name}"
    assert golden["revision"] == cls.revision, f"the revision of {name} was raised: store it again"
    assert ("digests" in golden) == (Trait.EXACT in cls.traits), f"wrong form of {name}"
    assert agrees(golden, results(cls)), (
        f"{name} differs from its revision {cls.revision}: fix it, or raise its revision"
    )


def test_every_golden_has_a_corruption():
    assert {path.stem for path in GOLDENS.iterdir()} <= set(noiselib.registry())


@pytest.mark.parametrize("exact", [True, False])
def test_a_change_without_a_new_revision_is_refused(tmp_path, exact):
    class Changing(noiselib.Zoom, register=False):
        traits = Trait.EXACT if exact else Trait(0)

        def apply(self, images, draws):
            return images / 2

    store(tmp_path, "changing", Changing)
    store(tmp_path, "changing", Changing)
    Changing.apply = lambda *arguments: 1 - arguments[1]
    with pytest.raises(SystemExit, match="changing changed at revision 1"):
        store(tmp_path, "changing", Changing)
    Changing.revision = 2
    store(tmp_path, "changing", Changing)
    assert load(tmp_path, "changing")["revision"] == 2


def store(folder, name, cls):
    """Store the golden of a corruption; raise SystemExit if it changed without a new revision."""
    now, golden = results(cls), load(folder, name)
    if golden and agrees(golden, now) and golden["revision"] == cls.revision:
        return
    if golden and golden["revision"] >= cls.revision:
        raise SystemExit(f"{name} changed at revision {cls.revision}: raise it first")
    folder.mkdir(exist_ok=True)
    path, content = folder / f"{name}.json", {"revision": cls.revision}
    if Trait.EXACT in cls.traits:
        content["digests"] = {key: digest(array) for key, array in now.items()}
    else:
        np.savez_compressed(path.with_suffix(".npz"), **now)
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    for _name, _cls in noiselib.registry().items():
        store(GOLDENS, _name, _cls)
