"""Files that cannot be used: one sentence for each error."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from noiselib.files import PICTURES, FileError, corrupt_file, read_images, read_npz, write_picture

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 6, 7), np.uint8)


def run(source, target, *, keys=()):
    """Invert a file, with any seed and keys."""
    return corrupt_file(
        lambda images, **_: 255 - images, Path(source), Path(target),
        seed=7, keys=list(keys), workers=3,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of valid and broken files of all kinds, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    np.savez("good.npz", x=IMAGES)
    np.savez("labels.npz", y=np.arange(3), z=np.arange(3))
    np.savez("empty.npz")
    np.save("good.npy", IMAGES)
    (tmp_path / "npy.npz").write_bytes((tmp_path / "good.npy").read_bytes())
    (tmp_path / "npz.npy").write_bytes((tmp_path / "good.npz").read_bytes())
    np.save("pickled.npy", np.array([{}], object), allow_pickle=True)
    (tmp_path / "cut.npz").write_bytes((tmp_path / "good.npz").read_bytes()[:100])
    (tmp_path / "nothing.npy").write_bytes(b"")
    (tmp_path / "text.png").write_text("no picture")
    Image.fromarray(IMAGES[0]).save("good.png")
    (tmp_path / "folder.npy").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("no.npz", "b.npz", "there is no file no.npz"),
        ("no.npy", "b.npy", "there is no file no.npy"),
        ("no.png", "b.png", "there is no file no.png"),
        ("labels.npz", "b.npz", ("labels.npz has no array called x... or images; it has y, z "
         "(choose with --key)")),
        ("empty.npz", "b.npz", ("empty.npz has no array called x... or images; it has none "
         "(choose with --key)")),
        ("npy.npz", "b.npz", "npy.npz is an .npy, not an .npz"),
        ("npz.npy", "b.npy", "npz.npy is an .npz, not an .npy"),
        ("pickled.npy", "b.npy", ("pickled.npy is broken, or not a numpy file: Object arrays "
         "cannot be loaded when allow_pickle=False")),
        ("cut.npz", "b.npz", "cut.npz is broken, or not a numpy file: File is not a zip file"),
        ("nothing.npy", "b.npy",
         "nothing.npy is broken, or not a numpy file: No data left in file"),
        ("text.png", "b.png", ("text.png is broken, or not a picture: cannot identify image file "
         "'text.png'")),
        ("good.npz", "b.npy", "the output must end in .npz, got b.npy"),
        ("good.npy", "b.npz", "the output must end in .npy, got b.npz"),
        ("good.png", "b.npz", f"the output must end in {', '.join(PICTURES)}, got b.npz"),
        ("good.npz", "no/b.npz", "there is no folder no"),
        ("folder.npy", "b", f"folder.npy holds no pictures ({', '.join(PICTURES)})"),
        (".", "good.npz", "cannot make the folder good.npz: File exists"),
    ],
)  # fmt: skip
def test_messages(folder, source, target, message):
    with pytest.raises(FileError) as caught:
        run(source, target)
    assert str(caught.value) == message


def test_unknown_keys_are_named(folder):
    with pytest.raises(FileError) as caught:
        run("labels.npz", folder / "b.npz", keys=["a", "y", "b"])
    assert str(caught.value) == (
        "labels.npz has no array called a, b; it has y, z (choose with --key)"
    )


def test_a_gallery_of_labels(folder):
    with pytest.raises(FileError) as caught:
        read_images(Path("labels.npz"), 3)
    assert str(caught.value) == "labels.npz has no x_test, images or x_train; it has y, z"


def test_a_file_that_may_not_be_read_or_written(folder, monkeypatch):
    def refuse(*arguments, **keywords):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(np, "load", refuse)
    with pytest.raises(FileError) as caught:
        read_npz(Path("good.npz"))
    assert str(caught.value) == "cannot read good.npz: Permission denied"
    monkeypatch.setattr(Image.Image, "save", refuse)
    with pytest.raises(FileError) as caught:
        write_picture(IMAGES[:1, ..., None], Path("b.png"))
    assert str(caught.value) == "cannot write b.png: [Errno 13] Permission denied"
