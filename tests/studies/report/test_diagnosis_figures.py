import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from studies.report.charts.data import draw_labels, draw_projection
from studies.report.charts.galleries import Labels, draw_gallery
from studies.report.charts.lines import draw_learning, draw_reliability
from studies.report.charts.matrices import cell_text, draw_class_scores, draw_confusion
from studies.report.charts.style import titled
from studies.report.format import shortened
from studies.report.images import displayed
from studies.run.diagnosis import History
from studies.stats.classification import ClassScore, reliability
from studies.tables.diagnosis_images import GalleryImage, GalleryPart, Projection

ODD = r"<b>$\frac{1}{2}$ & _x_"


def size(picture):
    ET.fromstring(picture.svg)  # noqa: S314 - our own bytes
    return Image.open(io.BytesIO(picture.png)).size


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_of_any_channels_are_shown(channels):
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 6, channels), dtype=np.uint8)
    shape = displayed(images[0]).shape
    assert shape == ((4, 6, 3) if channels == 3 else (4, 6))
    tiles = [GalleryImage(n, 0, ((n % 2, 0.5),)) for n in range(3)]
    labels = Labels(lambda tile: [ODD, f"{tile.number}"], framed=True)
    blocks = [GalleryPart(ODD, tiles, 3), GalleryPart("none", [], 0)]
    picture = draw_gallery("g", titled(ODD, "clean"), blocks, images, labels)
    assert picture.svg.count(b"<image") == 3  # each with its own pixels
    assert size(picture)[0] > 700
    assert picture == draw_gallery("g", titled(ODD, "clean"), blocks, images, labels)


def test_right_and_wrong_differ_without_any_colour():
    images = np.zeros((1, 5, 5, 1), np.uint8)
    labels = Labels(lambda _: [""], framed=True)
    grey = [
        Image.open(
            io.BytesIO(
                draw_gallery(
                    "g",
                    "",
                    [GalleryPart("", [GalleryImage(0, 0, ((answer, 1.0),))], 1)],
                    images,
                    labels,
                ).png
            )
        ).convert("1")  # black or white
        for answer in (0, 1)
    ]
    assert grey[0].tobytes() != grey[1].tobytes()


@pytest.mark.parametrize("classes", [2, 13, 60])
def test_a_matrix_of_any_number_of_classes_fits(classes):
    generator = np.random.default_rng(0)
    counts = generator.integers(0, 9, (classes, classes))
    counts[1] = 0  # a class without images
    names = [f"{ODD} {number}" for number in range(classes)]
    for as_shares in (False, True):
        assert size(draw_confusion("c", "t", counts, names, as_shares=as_shares))
    scores = [ClassScore(3, None, 0.0, 0.0), *[ClassScore(3, 0.5, 0.9, 0.6)] * (classes - 1)]
    assert size(draw_class_scores("s", "t", scores, names, lowest=0.0))[1] < 2600
    labels = np.arange(3 * classes) % classes
    assert size(draw_labels("l", [("train", labels), ("test", labels[:2])], names))
    plane = Projection(
        np.arange(len(labels)), [generator.normal(size=(len(labels), 2))], (0.5, 0.1)
    )
    assert size(draw_projection("p", "t", plane, 0, labels, names))


def test_cells_have_as_many_digits_as_fit():
    assert [cell_text(share) for share in (1, 0.0996, 0.021, 0.0004)] == [
        "100",
        "10",
        "2.1",
        "<0.1",
    ]


def test_learning_curves_are_drawn_with_and_without_images_set_aside():
    epochs = [{"epoch": n, "loss": 1 / n, "accuracy": 1 - 0.5 / n} for n in (1, 2, 3)]
    aside = [e | {"validation_loss": 0.5, "validation_accuracy": 0.8} for e in epochs]
    plain, whole, kept = (
        draw_learning("h", History(ODD, tuple(e), kept))
        for e, kept in ((epochs, 3), (aside, 3), (aside, 2))
    )
    assert len({plain.svg, whole.svg, kept.svg}) == 3
    assert size(draw_learning("h", History("m", tuple(epochs[:1]), 1)))


def test_one_prediction_is_enough_for_a_diagram():
    single = reliability(np.array([0.5]), np.array([True]))
    assert size(draw_reliability("r", "t", [(ODD, single), ("b", single)]))


def test_long_names_are_cut_and_stay_on_one_line():
    assert shortened("a\nb") == "a b"
    assert len(shortened("x" * 99)) == 15
    assert titled("what", "under " + "gaussian_noise(sigma=0.3) | " * 3).count("\n") >= 2
