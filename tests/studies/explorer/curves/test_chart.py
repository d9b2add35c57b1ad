import math

from studies.explorer.curves.chart import (
    INK,
    accuracy_table,
    accuracy_text,
    chart_options,
    model_style,
)
from studies.explorer.curves.results_folder import ChartLine, ChartPoint, CorruptionChart
from studies.plan import Condition

CLEAN = (Condition("identity", (), None),)


def point(x, accuracy, strength="sigma <b>"):
    return ChartPoint(x, strength, accuracy, accuracy - 0.05, accuracy + 0.02, CLEAN)


def chart(ends=(0.0, 1.0), models=("mlp", "<i>cnn")):
    lines = tuple(ChartLine(model, (point(ends[0], 0.9), point(ends[1], 0.5))) for model in models)
    return CorruptionChart("noise", "Noise", "sigma", ends, lines)


def named(options, kind):
    return [series["name"] for series in options["series"] if series["type"] == kind]


def test_each_model_has_a_line_and_a_band():
    options = chart_options(chart(), ["mlp", "<i>cnn"], {"mlp", "<i>cnn"}, 0.1)
    assert named(options, "custom") == ["mlp", "<i>cnn"]
    assert named(options, "line") == ["chance level", "mlp", "<i>cnn"]
    band, line = options["series"][1:3]
    assert band["data"] == [[0.0, 0.9 - 0.05, 0.9 + 0.02], [1.0, 0.5 - 0.05, 0.5 + 0.02]]
    assert [item["value"] for item in line["data"]] == [[0.0, 0.9], [1.0, 0.5]]
    assert band["color"] == line["color"] == model_style(0)[0]
    assert options["series"][0]["markLine"]["data"] == [{"yAxis": 0.1}]


def test_a_model_that_is_not_selected_is_not_drawn_and_the_other_has_the_same_style():
    options = chart_options(chart(), ["mlp", "<i>cnn"], {"<i>cnn"}, 0.1)
    assert named(options, "custom") == ["<i>cnn"]
    assert options["series"][-1]["color"] == model_style(1)[0] != model_style(0)[0]


def test_texts_from_outside_are_escaped():
    options = chart_options(chart(), ["mlp", "<i>cnn"], {"<i>cnn"}, 0.1)
    first = options["series"][-1]["data"][0]
    assert first["text"] == "&lt;i&gt;cnn 90.0 % (85.0 to 92.0)"
    assert first["strength"] == "sigma &lt;b&gt;"
    table = accuracy_table(chart())
    assert "<i>" not in table
    assert "<b>" not in table
    assert "&lt;i&gt;cnn" in table


def test_a_decreasing_parameter_runs_from_left_to_right_too():
    assert (
        chart_options(chart((1.0, 0.1)), ["mlp"], {"mlp"}, 0.1)["xAxis"]
        | {"min": 0.1, "max": 1.0, "inverse": True}
        == chart_options(chart((1.0, 0.1)), ["mlp"], {"mlp"}, 0.1)["xAxis"]
    )
    assert not chart_options(chart(), ["mlp"], {"mlp"}, 0.1)["xAxis"]["inverse"]


def test_a_table_has_a_row_for_each_strength_and_a_gap_for_a_missing_cell():
    short = ChartLine("cnn", (point(0.0, 0.9, "sigma 0"),))
    whole = ChartLine("mlp", (point(0.0, 0.9, "sigma 0"), point(1.0, 0.5, "sigma 1")))
    table = accuracy_table(CorruptionChart("noise", "Noise", "sigma", (0.0, 1.0), (short, whole)))
    assert table.count("<tr>") == 3
    assert "<th scope=row>sigma 1</th><td></td><td>50.0 %" in table


def test_an_accuracy_without_an_interval_stands_alone():
    alone = ChartPoint(0.0, "clean", 0.5, math.nan, math.nan, CLEAN)
    assert accuracy_text(alone) == "50.0 %"


def test_styles_differ_and_repeat_after_the_last():
    styles = [model_style(number) for number in range(5)]
    assert len({colour for colour, _ in styles}) == len({symbol for _, symbol in styles}) == 5
    assert styles[4][0] == INK
    assert model_style(5)[0] == styles[0][0]
