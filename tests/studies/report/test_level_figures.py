import pytest

from studies.report.charts import style
from studies.report.charts.levels import (
    draw_level_panels,
    draw_levels,
    make_level_strips,
)
from studies.report.charts.lines import draw_corruption_errors
from studies.stats.corruption_error import MISSING, ErrorRatio
from studies.stats.intervals import Interval
from studies.tables.benchmark import Benchmark, CorruptionScores, ModelScores
from studies.tables.curves import LevelRow

HALF = Interval(0.5, 0.4, 0.6, 100)


SCORE = ErrorRatio(0.7, 0.6, 0.8)


def section(name, levels=5, score=SCORE, **changes):
    standings = (
        ModelScores("mlp", HALF, ErrorRatio(1.0), ErrorRatio(1.0)),
        ModelScores("cnn", HALF, score, ErrorRatio(None)),
    )
    facts = {"fidelity": "exact", "note": "", "counts": True} | changes
    return CorruptionScores(name, levels, scores=standings, **facts)


def benchmark(*sections, models=("mlp", "cnn")):
    overall = tuple(ModelScores(model, HALF, ErrorRatio(1.0), ErrorRatio(1.0)) for model in models)
    return Benchmark("x_c", "X-C", "", "mlp", False, dict.fromkeys(models, HALF), sections, overall)


def rows(name, levels=5, models=("mlp", "cnn")):
    return [
        LevelRow(corruption, level, "exact", True, pipeline, model, 1, 100, 0.5, 0.4, 0.6, 100, {})
        for model in models
        for corruption, level, pipeline in [
            ("clean", 0, "identity"),
            *((name, number, f"contrast(factor=0.{number})") for number in range(1, levels + 1)),
        ]
    ]


def drawn_texts(monkeypatch, draw):
    """Return the texts of a picture, and the picture."""
    from matplotlib.text import Text

    texts = []
    original = style.rendered

    def remember(name, figure):
        texts.extend(artist.get_text() for artist in figure.findobj(Text))
        return original(name, figure)

    monkeypatch.setattr(style, "rendered", remember)
    picture = draw()
    return texts, picture


def test_a_panel_says_that_a_level_is_no_dose_and_how_near_it_is(monkeypatch):
    shown = benchmark(section("fog", fidelity="approximation"))
    texts, _ = drawn_texts(
        monkeypatch, lambda: draw_level_panels(rows("fog"), shown, {}, chance=0.1)
    )
    assert "published level: an index, not a dose" in texts
    assert {"fog†", "approximation", "clean", "5"} <= set(texts)


def test_one_level_is_one_point(monkeypatch):
    shown = benchmark(section("stripe", levels=1, counts=False))
    texts, pictures = drawn_texts(
        monkeypatch, lambda: draw_level_panels(rows("stripe", levels=1), shown, {}, chance=0.1)
    )
    assert {"one published level", "exact", "(stripe)", "1"} <= set(texts)
    assert "2" not in texts
    assert [picture.name for picture in pictures] == ["accuracy-01-stripe"]


@pytest.mark.parametrize("count", [1, 3, 9])
def test_the_overview_holds_any_number_and_is_always_the_same(count):
    names = [f"c{number}" for number in range(count)]
    shown = benchmark(*(section(name) for name in names))
    every = [row for name in names for row in rows(name)]
    pictures = [draw_levels(every, shown, {}, chance=0.1, title="t") for _ in range(2)]
    assert pictures[0] == pictures[1]


def test_a_panel_without_any_level_is_drawn_empty():
    shown = benchmark(section("fog"))
    assert draw_level_panels(rows("fog", levels=0), shown, {}, chance=0.1)[0].png


def test_bars_are_of_the_others_and_say_what_is_missing(monkeypatch):
    shown = benchmark(
        section("fog"), section("stripe", score=MISSING), section("same", score=ErrorRatio(None))
    )
    texts, picture = drawn_texts(monkeypatch, lambda: draw_corruption_errors(shown))
    assert {"missing", "undefined", "mlp (reference)", "cnn", "mCE", "fog"} <= set(texts)
    assert picture.name == "corruption-error"
    assert draw_corruption_errors(benchmark(models=("mlp",))) is None


def test_a_strip_has_the_clean_image_and_every_level():
    import numpy as np

    image = np.full((4, 6, 3), 200, np.uint8)
    strips = make_level_strips(rows("fog", levels=3), image, number=0, seed=0)
    assert [place for place, _ in strips["fog"]] == [0, 1, 2, 3]
    np.testing.assert_array_equal(strips["fog"][0][1], image)
    assert list(strips) == ["fog"]
    assert make_level_strips(rows("fog"), image[..., :2], number=0, seed=0) == {}
    shown = benchmark(section("fog"))
    (picture,) = draw_level_panels(rows("fog"), shown, strips, chance=0.1)
    assert picture.svg.count(b"<image") == 4
