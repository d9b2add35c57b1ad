"""Goldens: no corruption changes a byte in silence.

Each corruption's results on fixed images are held as digests, with its revision. Where a change is
meant, raise the revision in the class and run ``python tests/noiselib/test_goldens.py``, which
writes new digests for new corruptions and raised revisions, and refuses any others.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import noiselib
from noiselib.corruption import Trait

GOLDENS = Path(__file__).with_name("goldens") / "digests.json"


def images(channels):
    """Fixed uint8 images made of whole numbers alone: noise, a ramp, and strokes."""
    h, w = (28, 28) if channels == 1 else (23, 30)
    noise = np.random.Generator(np.random.Philox(11)).integers(0, 256, (h, w, channels), np.uint8)
    rows, columns = np.arange(h)[:, None, None], np.arange(w)[:, None]
    ramp = (rows * 5 + columns * 4 + np.arange(channels) * 40) % 256
    strokes = 255 * ((rows + 2 * columns) % 11 < 3) * np.ones(channels, int)
    return np.stack([noise, ramp.astype(np.uint8), strokes.astype(np.uint8)])


def digests(cls):
    """The digests of a corruption at its worst and half-way, grey and RGB."""
    return {
        f"{kind} at {t}": hashlib.sha256(
            cls().at(t)(images(channels), seed=2026, ids=5).tobytes()
        ).hexdigest()[:32]
        for kind, channels in (("grey", 1), ("rgb", 3))
        for t in (0.5, 1)
    }


def held():
    return json.loads(GOLDENS.read_text()) if GOLDENS.exists() else {}


@pytest.mark.parametrize("name", noiselib.registry())
def test_results_are_the_held_ones(name):
    cls = noiselib.registry()[name]
    assert Trait.EXACT in cls.traits, f"{name} is not EXACT: hold arrays for it, not digests"
    assert name in held(), f"{name} has no golden yet: run python {Path(__file__).name}"
    golden = held()[name]
    assert golden["revision"] == cls.revision, f"the revision of {name} was raised: hold it anew"
    assert golden["digests"] == digests(cls), (
        f"{name} gives other bytes than revision {cls.revision} did: mend it, or raise its revision"
    )


def test_every_golden_has_its_corruption():
    assert set(held()) <= set(noiselib.registry())


def test_a_changed_result_with_an_unraised_revision_is_refused(tmp_path):
    current = {"zoom": {"revision": 1, "digests": {"grey at 1": "0"}}}
    with pytest.raises(SystemExit, match="zoom changed at revision 1"):
        renewed(current)


def renewed(current):
    """The goldens anew; SystemExit where one changed at an unraised revision."""
    result = {}
    for name, cls in noiselib.registry().items():
        now = {"revision": cls.revision, "digests": digests(cls)}
        before = current.get(name, now)
        if before != now and before["revision"] >= cls.revision:
            raise SystemExit(f"{name} changed at revision {cls.revision}: raise it first")
        result[name] = now
    return result


if __name__ == "__main__":
    GOLDENS.parent.mkdir(exist_ok=True)
    GOLDENS.write_text(json.dumps(renewed(held()), indent=1) + "\n")
    sys.exit(0)
