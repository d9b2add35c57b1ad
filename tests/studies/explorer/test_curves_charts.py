import math

from studies.explorer.charts import INK, chart_options, look, numbers_said, numbers_table
from studies.explorer.folders import Dot, Line, Panel
from studies.plan import Condition

CLEAN = (Condition("identity", (), None),)


def dot(x, accuracy, where="sigma <b>"):
    return Dot(x, where, accuracy, accuracy - 0.05, accuracy + 0.02, 100, 1, CLEAN)


def panel(ends=(0.0, 1.0), models=("mlp", "<i>cnn")):
    lines = tuple(Line(model, (dot(ends[0], 0.9), dot(ends[1], 0.5))) for model in models)
    return Panel("noise", "Noise", "sigma", ends, lines)


def named(options, kind):
    return [series["name"] for series in options["series"] if series["type"] == kind]


def test_each_model_has_a_line_and_a_band_through_its_numbers():
    options = chart_options(panel(), ["mlp", "<i>cnn"], {"mlp", "<i>cnn"}, 0.1)
    assert named(options, "custom") == ["mlp", "<i>cnn"]
    assert named(options, "line") == ["guessing", "mlp", "<i>cnn"]
    band, line = options["series"][1:3]
    assert band["data"] == [[0.0, 0.9 - 0.05, 0.9 + 0.02], [1.0, 0.5 - 0.05, 0.5 + 0.02]]
    assert [item["value"] for item in line["data"]] == [[0.0, 0.9], [1.0, 0.5]]
    assert band["color"] == line["color"] == look(0)[0]
    assert options["series"][0]["markLine"]["data"] == [{"yAxis": 0.1}]


def test_a_model_that_is_not_chosen_is_not_drawn_and_the_other_keeps_its_look():
    options = chart_options(panel(), ["mlp", "<i>cnn"], {"<i>cnn"}, 0.1)
    assert named(options, "custom") == ["<i>cnn"]
    assert options["series"][-1]["color"] == look(1)[0] != look(0)[0]


def test_texts_from_outside_are_escaped():
    options = chart_options(panel(), ["mlp", "<i>cnn"], {"<i>cnn"}, 0.1)
    point = options["series"][-1]["data"][0]
    assert point["said"] == "&lt;i&gt;cnn 90.0 % (85.0 to 92.0)"
    assert point["where"] == "sigma &lt;b&gt;"
    table = numbers_table(panel())
    assert "<i>" not in table
    assert "<b>" not in table
    assert "&lt;i&gt;cnn" in table


def test_a_strength_that_falls_runs_from_left_to_right_all_the_same():
    assert (
        chart_options(panel((1.0, 0.1)), ["mlp"], {"mlp"}, 0.1)["xAxis"]
        | {
            "min": 0.1,
            "max": 1.0,
            "inverse": True,
        }
        == chart_options(panel((1.0, 0.1)), ["mlp"], {"mlp"}, 0.1)["xAxis"]
    )
    assert not chart_options(panel(), ["mlp"], {"mlp"}, 0.1)["xAxis"]["inverse"]


def test_a_table_has_a_row_a_strength_and_a_gap_where_a_cell_is_missing():
    short = Line("cnn", (dot(0.0, 0.9, "sigma 0"),))
    whole = Line("mlp", (dot(0.0, 0.9, "sigma 0"), dot(1.0, 0.5, "sigma 1")))
    table = numbers_table(Panel("noise", "Noise", "sigma", (0.0, 1.0), (short, whole)))
    assert table.count("<tr>") == 3
    assert "<th scope=row>sigma 1</th><td></td><td>50.0 %" in table


def test_numbers_without_an_interval_are_said_alone():
    alone = Dot(0.0, "clean", 0.5, math.nan, math.nan, 1, 1, CLEAN)
    assert numbers_said(alone) == "50.0 %"


def test_looks_differ_and_come_again_after_the_last():
    looks = [look(number) for number in range(5)]
    assert len({colour for colour, _ in looks}) == len({symbol for _, symbol in looks}) == 5
    assert looks[4][0] == INK
    assert look(5)[0] == looks[0][0]
