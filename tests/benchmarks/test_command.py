import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.cores import pin_to_one_core
from benchmarks.images import image_set
from benchmarks.peers.limits import (
    corner_moves,
    corners,
    forward_matrix,
    limits,
    motion_length,
    visible_side,
)
from noiselib import parse

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env=os.environ | {"COLUMNS": "200"},
    )


def test_a_quick_run_prints_and_writes(tmp_path):
    done = command(
        "--quick",
        "--only",
        "brightness",
        "zoom",
        "--peers",
        "--sizes",
        "28x28",
        "--out",
        str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert "brightness" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"bench.json", "bench.png", "bench.svg"}
    record = json.loads((tmp_path / "bench.json").read_text())
    assert [row["corruption"] for row in record["rows"]] == ["brightness", "zoom"]
    assert record["environment"]["versions"]["noiselib"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "brightnes"], "did you mean 'brightness'"),
        (["--only", "zoom(factor=2)"], "takes the names"),
        (["--data", "nowhere.npz"], "nowhere.npz"),
    ],
)
def test_mistakes_are_one_sentence(capsys, arguments, words):
    assert main([*arguments, "--peers", "--sizes", "28x28"]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_data_of_another_shape_is_refused(tmp_path):
    path = tmp_path / "large.npz"
    np.savez(path, x_test=np.zeros((2, 32, 32), np.uint8))
    with pytest.raises(ValueError, match=r"\(2, 32, 32\)"):
        image_set("28x28", 10, path)


def test_images_are_repeated_to_the_number_asked_for(tmp_path):
    path = tmp_path / "few.npz"
    few = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    np.savez(path, x_test=few)
    images = image_set("28x28", 7, path).images
    np.testing.assert_array_equal(images, few[[0, 1, 2, 0, 1, 2, 0]])


def test_photographs_have_the_size_asked_for():
    images = image_set("224x224x3", 3).images
    assert images.shape == (3, 224, 224, 3)
    assert images.dtype == np.uint8
    assert images.std() > 10


def test_threads_are_pinned_before_numpy_or_not_at_all():
    with pytest.raises(RuntimeError, match="before numpy"):
        pin_to_one_core()  # numpy is here already


def test_limits_say_what_a_map_may_do():
    assert limits(parse("random_zoom(factor=2)"))["factor"] == (0.5, 2)
    assert limits(parse("random_rotation(degrees=30)"))["degrees"] == (-30, 30)
    assert limits(parse("shear(factor=0.5)"))["shear"] == (0.5, 0.5)
    assert limits(parse("shear(factor=0.5)"))["factor"] == (1, 1)


@pytest.mark.parametrize(
    "spec",
    [
        "affine(degrees=30, factor=0.8, stretch=1.2, shear=0.3, x=2, y=-1)",
        "rotation(degrees=90)",
        "shear(factor=1)",
    ],
)
def test_the_matrix_given_to_peers_is_our_map(spec):
    from skimage.transform import warp

    corruption = parse(spec)
    image = np.zeros((21, 21), np.uint8)
    image[6:15, 8:12] = 255
    given = {name: low for name, (low, _) in limits(corruption).items()}
    theirs = warp(image, np.linalg.inv(forward_matrix(image.shape, **given)), order=1)
    ours = corruption(image[None])[0] / 255
    assert np.abs(theirs - ours).max() < 0.02


def test_the_corners_given_to_peers_are_our_perspective():
    from skimage.transform import ProjectiveTransform, warp

    corruption = parse("perspective(narrowing=0.5)")
    image = np.zeros((21, 25), np.uint8)
    image[6:15, 8:18] = 255
    start = corners(image.shape)
    moved = start + corner_moves(corruption, image.shape)
    matrix = ProjectiveTransform.from_estimate(start, moved).params
    theirs = warp(image, np.linalg.inv(matrix), order=1)
    ours = corruption(image[None])[0] / 255
    assert np.abs(theirs - ours).max() < 0.02


def test_random_corners_move_inwards():
    moves = corner_moves(parse("random_perspective(distortion=0.5)"), (20, 40))
    np.testing.assert_array_equal(moves, [(10, 5), (-10, 5), (-10, -5), (10, -5)])


def test_the_even_line_is_as_wide_as_our_half_gaussian():
    corruption = parse("motion_blur(sigma=6, radius=40)")
    point = np.zeros((1, 1, 121), np.uint8)
    point[0, 0, 60] = 255
    weights = corruption(point)[0, 0] / 255
    places = np.arange(121)
    mean = (weights * places).sum() / weights.sum()
    deviation = np.sqrt((weights * (places - mean) ** 2).sum() / weights.sum())
    assert np.arange(motion_length(corruption)).std() == pytest.approx(deviation, rel=0.1)


def test_the_square_given_to_peers_hides_as_much():
    corruption = parse("cutout(size=0.75)")
    white = np.full((4000, 16, 16), 255, np.uint8)
    hidden = 1 - corruption(white, seed=1).mean() / 255
    assert visible_side(corruption) ** 2 == pytest.approx(hidden, rel=0.05)
