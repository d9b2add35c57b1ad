import io
import math
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import noiselib
from studies.report.charts.curves import draw_overview, draw_panels
from studies.report.charts.overview import draw_means, make_overview
from studies.report.charts.style import in_legend
from studies.report.images import STRIP_LENGTH, StripImage, make_strips
from studies.tables.curves import Curve, CurveRow

ROW = CurveRow(
    corruption="gaussian_noise(sigma=0.5)",
    parameter="sigma",
    unit="",
    t=0,
    strength=0,
    pipeline="identity",
    model="mlp",
    seeds=1,
    images=100,
    accuracy=0.9,
    low=0.85,
    high=0.95,
    effective_images=100,
    metrics={"confidence": 0.8, "negative_log_likelihood": 0.3, "brier": 0.2},
)


def curve(corruption="gaussian_noise(sigma=0.5)", model="mlp", strengths=(0, 0.25, 0.5)):
    rows = tuple(
        replace(
            ROW, corruption=corruption, model=model, t=number / 2, strength=strength,
            accuracy=0.9 - 0.2 * number, low=0.85 - 0.2 * number, high=0.95 - 0.2 * number,
        )
        for number, strength in enumerate(strengths)
    )  # fmt: skip
    return Curve(corruption, corruption.partition("(")[0], "sigma: deviation", model, rows)


def decoded(picture):
    return Image.open(io.BytesIO(picture.png)).convert("RGB")


def test_equal_curves_give_equal_bytes_and_whole_files():
    curves = [curve(), curve(model="cnn")]
    first, second = (draw_overview(curves, {}, chance=0.1, title="t") for _ in range(2))
    assert first == second
    assert decoded(first).size[0] > 500
    ET.fromstring(first.svg)  # noqa: S314 - our own bytes
    assert b"<dc:date>" not in first.svg


def test_there_is_one_picture_a_corruption_with_a_name_fit_for_a_file():
    curves = [
        curve("gaussian_noise(sigma=0.5)"),
        curve("gaussian_noise(sigma=0.5)", model="cnn"),
        curve('one_of(rotation(degrees=3), zoom(factor=2)) | a/b(c="../d")'),
    ]
    pictures = draw_panels(curves, {}, chance=0.25)
    assert [picture.name for picture in pictures] == [
        "accuracy-01-gaussian_noise",
        "accuracy-02-one_of-a_b",
    ]


@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_any_number_of_corruptions_fits(count):
    curves = [curve(f"blur(sigma={number})") for number in range(count)]
    assert draw_overview(curves, {}, chance=0.1, title="t").png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "strengths", [(1, 0.5, 0.05), (math.inf, 400, 100), (0,), (0, 0), (-5, 0, 5)]
)
def test_any_way_strengths_may_go_can_be_drawn(strengths):
    (picture,) = draw_panels([curve(strengths=strengths)], {}, chance=0.1)
    assert picture.svg


def test_names_are_shown_as_they_are():
    odd = r"<b>$\frac{1}{2}$ & _x_"
    (picture,) = draw_panels([curve(model=odd)], {}, chance=0.1)  # no mathematics, no exception
    assert picture.png


def test_a_name_that_begins_with_an_underscore_is_in_the_legend():
    from matplotlib.figure import Figure

    panel = Figure().subplots()
    panel.plot([0, 1], label=in_legend("_private"))
    panel.plot([0, 1], label=in_legend("mlp"))
    assert panel.get_legend_handles_labels()[1] == [" _private", "mlp"]


def test_models_differ_without_any_colour():
    models = [f"model {number}" for number in range(4)]
    drawn = [
        draw_panels([curve(model=m) for m in models[: number + 1]], {}, chance=0.1)[0]
        for number in (2, 3)
    ]
    grey = [decoded(picture).convert("L") for picture in drawn]
    assert grey[0].tobytes() != grey[1].tobytes()
    from studies.report.charts import style as drawing

    looks = {
        (drawing.MARKERS[n % len(drawing.MARKERS)], str(drawing.LINES[n % len(drawing.LINES)]))
        for n in range(35)
    }
    assert len(looks) == 35


@pytest.mark.parametrize("channels", [1, 3])
def test_a_strip_shows_what_the_models_saw_from_clean_to_worst(channels):
    image = np.random.default_rng(0).integers(0, 256, (6, 8, channels), dtype=np.uint8)
    worst = noiselib.parse("gaussian_noise(sigma=0.5)")
    rows = tuple(
        replace(ROW, t=t, strength=t / 2, pipeline=str(worst.at(t)))
        for t in np.linspace(0, 1, 11).round(12).tolist()
    )
    strips = make_strips([Curve(ROW.corruption, "", "", "m", rows)], image, number=7, seed=3)
    strip = strips[ROW.corruption]
    assert len(strip) == STRIP_LENGTH
    assert [frame.row.t for frame in strip] == [0, 0.2, 0.4, 0.6, 0.8, 1]
    np.testing.assert_array_equal(strip[0].image, image.squeeze())
    np.testing.assert_array_equal(
        strip[-1].image, worst(image[np.newaxis], seed=3, ids=7)[0].squeeze()
    )


def test_images_without_a_usual_colour_have_no_strip():
    assert make_strips([curve()], np.zeros((4, 4, 2), np.uint8), number=0, seed=0) == {}


def test_strips_are_drawn_above_their_panel():
    curves = [curve(strengths=(math.inf, 4, 1))]
    pixels = np.full((5, 5), 128, np.uint8)
    strips = {curves[0].corruption: [StripImage(row, pixels) for row in curves[0].rows]}
    with_strip = draw_overview(curves, strips, chance=0.1, title="t")
    assert with_strip.svg.count(b"<image") == 3
    assert with_strip == draw_overview(curves, strips, chance=0.1, title="t")


def test_many_corruptions_are_a_line_each_hardest_first():
    curves = [curve(f"blur(sigma={number})", model) for number in range(30) for model in "ab"]
    worse = replace(curves[40], rows=tuple(replace(r, accuracy=0.2) for r in curves[40].rows))
    overview = make_overview([*curves[:40], worse, *curves[41:]], [], chance=0.1)
    assert overview.rows[0].corruption == worse.corruption
    first, second = (draw_means(overview, title="t") for _ in range(2))
    assert first == second
    assert first.name == "accuracy"
    width, height = decoded(first).size
    assert 2 * width > height > width
