import numpy as np
import pytest

from studies.explorer.play.image_alignment import measure_alignment


@pytest.fixture
def alignment_of():
    """Give a function that measures 40 images of one bright square on black."""

    def measure(*, channels=1, dark_on_light=False):
        images = np.zeros((40, 28, 28, channels), np.uint8)
        images[:, 6:22, 8:18] = 200
        return measure_alignment(255 - images if dark_on_light else images)

    return measure
