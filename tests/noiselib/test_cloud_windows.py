"""Part of a large cloud equals that part of the complete cloud, for images of any shape."""

import numpy as np
import pytest

from noiselib.operations.plasma import clouds, noise_count

MIDDLE = 32768  # almost no noise
DECAY = 1.5


def complete_cloud(size, numbers):
    """Diamond-square on a torus by its definition, with noise down to 32 points and none below."""
    points = np.zeros((size, size))
    half, start, strength = size // 2, 0, 1.0
    while half >= 1:
        side, step = size // half, 2 * half
        drawn = np.full((side, side), MIDDLE)
        if side <= 32:
            drawn = numbers[start : start + side * side].reshape(side, side)
            start += side * side
        noise = strength * (drawn - 32767.5)
        corners = points[::step, ::step]
        below, right = np.roll(corners, -1, axis=0), np.roll(corners, -1, axis=1)
        centres = (corners + below + right + np.roll(below, -1, axis=1) + noise[1::2, 1::2]) / 4
        sideways = (corners + right + centres + np.roll(centres, 1, axis=0) + noise[::2, 1::2]) / 4
        down = (corners + below + centres + np.roll(centres, 1, axis=1) + noise[1::2, ::2]) / 4
        points[half::step, half::step] = centres
        points[::step, half::step], points[half::step, ::step] = sideways, down
        half, strength = half // 2, strength / DECAY**2
    return (points - points.min()) / np.ptp(points)


@pytest.mark.parametrize(
    ("h", "w", "size"),
    [
        (20, 12, 128),
        (12, 20, 128),
        (40, 7, 64),
        (30, 30, 64),
        (7, 40, 256),
        (33, 65, 512),
        (224, 224, 256),
    ],
)
def test_a_window_is_part_of_the_complete_cloud(h, w, size):
    view = max(h, w) / size
    drawn = np.random.default_rng(4).integers(0, 65536, 4 + 16 + 64 + 256 + 1024, np.uint16)
    numbers = np.full(noise_count(h, w, view), MIDDLE, np.uint16)
    numbers[: len(drawn)] = drawn
    window = clouds(numbers[None], h, w, view, DECAY)[0]
    expected = complete_cloud(size, drawn.astype(float))[:h, :w]
    assert abs(window - expected).max() < 1e-3
