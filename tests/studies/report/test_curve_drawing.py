"""Curves drawn by the page: everything inside the plane, in order, at the right height."""

import math

import numpy as np
import pytest

from studies.report.charts.curves import LEFT, RIGHT, make_panel_drawing
from studies.report.charts.overview import make_overview
from studies.report.images import StripImage
from studies.tables.areas import ALL, AreaRow
from studies.tables.curves import Curve, CurveRow


def row(t, strength, accuracy, model="mlp", corruption="spec"):
    return CurveRow(
        corruption=corruption,
        parameter="sigma",
        unit="",
        t=t,
        strength=strength,
        pipeline=corruption,
        model=model,
        seeds=1,
        images=100,
        accuracy=accuracy,
        low=max(0, accuracy - 0.1),
        high=min(1, accuracy + 0.1),
        effective_images=100,
        metrics={},
    )


def curve(strengths, accuracies, model="mlp", corruption="spec", title="Spec"):
    steps = np.linspace(0, 1, len(strengths))
    rows = [
        row(float(t), strength, accuracy, model, corruption)
        for t, strength, accuracy in zip(steps, strengths, accuracies, strict=True)
    ]
    return Curve(corruption, title, "sigma: what it is", model, tuple(rows))


def drawing_of(*curves, strip=()):
    models = [item.model for item in curves]
    return make_panel_drawing(curves, strip, models=models, chance=0.1, side=40)


@pytest.mark.parametrize("strengths", [(0, 1, 2), (1, 0.5, 0), (0, 5, math.inf), (3,)])
def test_a_curve_runs_from_left_to_right_inside_the_plane(strengths):
    drawing = drawing_of(curve(strengths, np.linspace(1, 0, len(strengths))))
    (line,) = drawing.curves
    x = [mark_x for mark_x, _, _ in line.marks]
    assert x == sorted(x)
    assert LEFT < min(x) <= max(x) < RIGHT
    assert line.marks[0][1] == drawing.top
    if len(strengths) > 1:
        assert line.marks[-1][1] == drawing.bottom
    assert all(LEFT < place < RIGHT for place, _ in drawing.x_ticks)
    assert {line.line.count(","), line.band.count(",") / 2} == {len(strengths)}
    assert drawing.bottom < drawing.height


def test_the_axis_of_a_path_without_an_end_is_the_way_along_it():
    drawing = drawing_of(curve((0, 5, math.inf), (1, 0.5, 0)))
    assert drawing.label == ["fraction of the range to spec"]
    assert [text for _, text in drawing.x_ticks][-1] == "1"


def test_ticks_stand_where_their_strengths_are():
    drawing = drawing_of(curve((1, 0.5, 0), (1, 0.5, 0)))
    places = {text: x for x, text in drawing.x_ticks}
    assert places["1"] == drawing.curves[0].marks[0][0]
    assert places["0"] == drawing.curves[0].marks[-1][0]


def test_every_model_keeps_its_look_and_says_its_numbers():
    drawing = drawing_of(curve((0, 1), (1, 0)), curve((0, 1), (0.9, 0.2), model="cnn"))
    assert [line.look for line in drawing.curves] == [0, 1]
    assert drawing.curves[1].marks[0][2].startswith("cnn: 90.0")
    assert drawing.curves[1].marks[0][2].endswith("at sigma = 0")


def test_images_stand_over_their_strengths():
    frame = StripImage(row(1.0, 1, 0.2), np.zeros((4, 4), np.uint8))
    with_strip = drawing_of(curve((0, 1), (1, 0.2)), strip=[frame])
    ((left, uri),) = with_strip.images
    assert left + 21 == with_strip.curves[0].marks[-1][0]
    assert uri.startswith("data:image/")
    assert with_strip.top > drawing_of(curve((0, 1), (1, 0.2))).top


def area(corruption, model, mean):
    return AreaRow(
        corruption, "sigma", "", model, 100, mean, mean - 0.1, mean + 0.1, 50, *[None] * 8
    )


def test_the_overview_puts_the_hardest_first_and_tells_what_is_incomplete():
    curves = [
        curve((0, 1), (1, 0.8), corruption="easy", title="Easy"),
        curve((0, 1), (1, 0.2), corruption="hard", title="Hard"),
        curve((0, 1), (1, 0.4), corruption="hard", title="Hard", model="cnn"),
    ]
    overview = make_overview(curves, [area("easy", "mlp", 0.9), area(ALL, "mlp", 0.75)], chance=0.1)
    assert [item.title for item in overview.rows] == ["Hard", "Easy"]
    assert [item.number for item in overview.rows] == [2, 1]
    hard, easy = overview.rows
    assert [item.mean for item in hard.means] == [0.6, 0.7]
    assert "(incomplete)" in hard.means[0].text
    assert easy.means[1] is None
    assert easy.means[0].text.startswith("90.0")
    assert overview.drawn[0].title == "All corruptions"
    assert overview.alt.startswith(
        "Mean accuracy over the severity range. All corruptions: mlp 75.0"
    )
