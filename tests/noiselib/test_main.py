"""The command line: list, show, apply, gallery; and one sentence for each error."""

import sys

import numpy as np
import pytest
from PIL import Image

import noiselib
from noiselib.__main__ import main
from noiselib.files import read_picture


@pytest.fixture
def run(capsys):
    """A function that runs the command line: exit status, and its output or error."""

    def call(*arguments):
        status = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return status, printed.out if status == 0 else printed.err

    return call


@pytest.fixture
def npz(tmp_path):
    path = tmp_path / "data.npz"
    images = np.random.default_rng(0).integers(0, 256, (7, 12, 12), np.uint8)
    np.savez(path, x_test=images, y_test=np.arange(7))
    return path


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "cat.png"
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_list_names_every_corruption(run):
    status, out = run("list")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[:-2]] == list(noiselib.registry())


@pytest.mark.parametrize("name", noiselib.registry())
def test_show_prints_every_field(run, name):
    status, out = run("show", name)
    assert status == 0
    for field in noiselib.registry()[name].field_info:
        assert f"\n{field} : " in out
    assert "Source: " in out


@pytest.mark.parametrize(
    ("name", "message"),
    [("gausian_blur", "did you mean 'gaussian_blur'?"), ("identity", "the name of one corruption")],
)
def test_show_of_unknown_names(run, name, message):
    status, err = run("show", name)
    assert status == 1
    assert message in err


def test_apply_to_npz(run, npz, tmp_path):
    target = tmp_path / "out.npz"
    status, out = run("apply", "gaussian_noise", npz, target, "--seed", 3, "--strength", 0.5)
    assert status == 0
    assert "gaussian_noise(sigma=0.25), seed 3: wrote 7 images of x_test" in out
    with np.load(npz) as before, np.load(target) as after:
        expected = noiselib.parse("gaussian_noise(sigma=0.25)")(before["x_test"], seed=3)
        assert np.array_equal(after["x_test"], expected)
        assert np.array_equal(after["y_test"], before["y_test"])


def test_apply_to_npy(run, tmp_path):
    images = np.zeros((3, 9, 9), np.uint8)
    np.save(tmp_path / "in.npy", images)
    status, _ = run("apply", "brightness(shift=1)", tmp_path / "in.npy", tmp_path / "out.npy")
    assert status == 0
    assert (np.load(tmp_path / "out.npy") == 255).all()


def test_apply_to_a_picture_and_to_its_folder_agree(run, picture, tmp_path):
    alone, folder = tmp_path / "alone.png", tmp_path / "corrupted"
    assert run("apply", "gaussian_noise", picture, alone)[0] == 0
    status, out = run("apply", "gaussian_noise", tmp_path, folder)
    assert status == 0
    assert "2 pictures" in out
    result = read_picture(folder / "cat.png")
    assert np.array_equal(result, read_picture(alone))
    expected = noiselib.parse("gaussian_noise")(read_picture(picture), ids=["cat.png"])
    assert np.array_equal(result, expected)


@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGBA", 3), ("P", 3), ("1", 1)])
def test_pictures_of_any_mode_are_grey_or_rgb(tmp_path, mode, channels):
    Image.new(mode, (5, 4)).save(tmp_path / "one.png")
    assert read_picture(tmp_path / "one.png").shape == (1, 4, 5, channels)


def test_gallery_draws_rows_and_columns(run, npz, tmp_path):
    target = tmp_path / "gallery.png"
    status, out = run("gallery", "--out", target)
    assert status == 0
    assert f"{len(noiselib.registry())} corruptions at 5 strengths" in out
    whole = height(target)
    assert run("gallery", "zoom", "shear | zoom", "--images", npz, "--out", target)[0] == 0
    assert height(target) < whole


def test_gallery_uses_the_seed(run, npz, tmp_path):
    pictures = []
    for seed in (3, 4):
        target = tmp_path / f"{seed}.png"
        assert (
            run("gallery", "gaussian_noise", "--images", npz, "--seed", seed, "--out", target)[0]
            == 0
        )
        pictures.append(read_picture(target))
    assert not np.array_equal(*pictures)


def height(path):
    with Image.open(path) as picture:
        return picture.size[1]


def test_files_that_cannot_be_used(run, npz, picture, tmp_path):
    (tmp_path / "cut.npz").write_bytes(npz.read_bytes()[:100])
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "none").mkdir()
    np.savez(tmp_path / "other.npz", labels=np.arange(3))
    np.save(tmp_path / "pickled.npy", np.array([{}], object), allow_pickle=True)
    out = tmp_path / "out.npz"
    cases = [
        (("missing.npz", out), "there is no file missing.npz"),
        ((tmp_path / "cut.npz", out), "is broken, or not a numpy file"),
        ((tmp_path / "empty.npy", tmp_path / "out.npy"), "is broken, or not a numpy file"),
        ((tmp_path / "pickled.npy", tmp_path / "out.npy"), "is broken, or not a numpy file"),
        ((tmp_path / "text.png", tmp_path / "out.png"), "is broken, or not a picture"),
        (("missing.png", tmp_path / "out.png"), "there is no file missing.png"),
        ((tmp_path / "other.npz", out), "has no array called x... or images; it has labels"),
        ((npz, out, "--key", "y_test"), "images must be uint8"),
        ((npz, out, "--key", "z"), "has no array called z; it has x_test, y_test"),
        ((npz, tmp_path / "out.png"), "the output must end in .npz"),
        ((npz, tmp_path / "no" / "out.npz"), "there is no folder"),
        ((picture, tmp_path / "out.txt"), "the output must end in .png"),
        ((tmp_path / "none", tmp_path / "out"), "holds no pictures"),
        ((tmp_path, npz), "cannot make the folder"),
        ((npz, out, "--strength", 2), "t must lie in [0, 1], got 2.0"),
        ((npz, out, "--seed", -1), "seed must lie in [0, 2**64), got -1"),
        ((npz, out, "--workers", 0), "workers must be 1 or more"),
    ]
    for arguments, message in cases:
        status, err = run("apply", "gaussian_noise", *arguments)
        assert status == 1
        assert message in err
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--strengths", "1"), "strengths must be 2 or more, got 1"),
        (("fogg",), "no corruption is called 'fogg'"),
        (("--images", "missing.npz"), "there is no file missing.npz"),
        (("--out", "gallery.doc"), "the output must end in .png"),
    ],
)
def test_gallery_errors(run, arguments, message):
    status, err = run("gallery", *arguments)
    assert status == 1
    assert message in err


def test_without_pillow_the_extra_is_named(run, picture, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "PIL"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PIL", None)
    status, err = run("apply", "zoom", picture, tmp_path / "out.png")
    assert status == 1
    assert "picture files need Pillow, the extra 'images'" in err


def test_new_lists_what_is_missing(run):
    status, out = run("new", "sepia_tone")
    assert status == 0
    assert out.startswith("sepia_tone: 0 of ")


@pytest.mark.parametrize("arguments", [["--help"], ["apply", "--help"], ["gallery", "-h"]])
def test_help(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    assert "spec" in capsys.readouterr().out
