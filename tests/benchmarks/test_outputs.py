import json
import os
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from rich.console import Console

from benchmarks.picture import write_picture
from benchmarks.record import as_json, write_json
from benchmarks.table import format_speed, print_results, progress_line


@pytest.fixture
def printed(results):
    console = Console(width=200, record=True, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115 - rich keeps it open
    print_results(console, results)
    console.file.close()
    return console.export_text()


def test_the_table_has_a_row_for_each_corruption(printed):
    for name in ("brightness", "contrast", "zoom"):
        assert any(text.split()[:1] == [name] for text in printed.splitlines())


def test_failures_floors_and_absent_peers_are_printed(printed):
    assert "Failed, brightness at 28x28, broken: RuntimeError: out of paint" in printed
    assert "Below its floor, contrast at 28x28" in printed
    assert "Below its floor, zoom" not in printed
    assert "Not measured, absent cannot be imported" in printed
    assert "good as it comes" in printed


def test_the_record_holds_what_was_measured(results, tmp_path):
    path = tmp_path / "new" / "bench.json"
    write_json(results, path)
    record = json.loads(path.read_text())
    assert [row["corruption"] for row in record["rows"]] == ["brightness", "contrast", "zoom"]
    brightness, contrast, _ = record["rows"]
    assert brightness["noiselib"]["images_per_second"] == results.rows[0].speed
    assert brightness["peers"]["broken"] == {"failure": "RuntimeError: out of paint"}
    assert brightness["best_peer"] == "good"
    assert contrast["floor"] == 1e12
    assert "below floor" in contrast["verdict"]
    assert record["missing"] == dict(results.missing)


def test_the_record_is_valid_json_without_peers(results):
    results.rows = results.rows[2:]
    assert as_json(results)["geometric_means"] == {"28x28": None}
    json.dumps(as_json(results), allow_nan=False)


def test_the_picture_is_written_twice(results, tmp_path):
    png, svg = write_picture(results, tmp_path / "folder" / "bench")
    with Image.open(png) as picture:
        assert picture.width > 500
    root = ET.parse(svg).getroot()  # noqa: S314 - our own file
    assert root.tag.endswith("svg")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1_234_567, "1.23M"), (45_600, "45.6k"), (789, "789"), (999_900, "1.00M"), (0.5, "0.5")],
)
def test_speeds_have_three_figures(number, text):
    assert format_speed(number) == text


def test_progress_names_corruption_size_and_the_best_peer(results):
    text = progress_line(results.rows[0])
    assert all(part in text for part in ("28x28", "brightness", "good"))
