import numpy as np
import pytest

import noiselib
from benchmarks.peers.peer import ADAPTERS, colour_only, load_peers


@pytest.fixture(params=ADAPTERS)
def adapted(request):
    peers, missing = load_peers([request.param])
    if missing:
        pytest.skip(f"{request.param} cannot be imported: {missing[request.param]}")
    return peers[0]


def test_what_a_peer_has_is_registered_here(adapted):
    assert set(adapted.makers) <= set(noiselib.registry())


@pytest.mark.parametrize("shape", [(3, 32, 32), (3, 32, 32, 3)])
def test_peers_take_and_give_uint8_images(adapted, shape):
    if adapted.name == "imagecorruptions":
        pytest.skip("imagecorruptions fails on some small images, which the benchmark reports")
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for name, make in adapted.makers.items():
        for form, run in make(noiselib.parse(name), images).items():
            result = np.asarray(run(2))
            assert result.dtype == np.uint8, (name, form)
            assert result.shape == (2, *shape[1:]), (name, form)


def test_grey_images_are_kept_from_what_needs_colour():
    guarded = colour_only(lambda _, images: {"one batch": lambda count: images[:count]})
    assert guarded(None, np.zeros((1, 2, 2), np.uint8)) == {}
    assert set(guarded(None, np.zeros((1, 2, 2, 3), np.uint8))) == {"one batch"}
