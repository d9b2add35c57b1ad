"""The catalogue page is made from the registry, and is not stale."""

import importlib.util
from pathlib import Path

import pytest
from PIL import Image

import noiselib

SCRIPT = Path(__file__).parents[2] / "docs" / "catalogue.py"


@pytest.fixture(scope="module")
def catalogue():
    spec = importlib.util.spec_from_file_location("catalogue_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_registry_says(catalogue):
    assert catalogue.PAGE.read_text() == catalogue.page(), "stale: run python docs/catalogue.py"


def test_every_corruption_has_its_strip_and_none_is_left_over(catalogue):
    strips = {path.stem for path in catalogue.STRIPS.iterdir()}
    assert strips == set(noiselib.registry())
    for path in catalogue.STRIPS.iterdir():
        with Image.open(path) as strip:
            assert strip.size == (5 * 72 + 4 * 4, 72)


def test_every_corruption_has_a_measured_speed(catalogue):
    page = catalogue.page()
    for name in noiselib.registry():
        cells = next(line for line in page.splitlines() if f"**{name}**<br>" in line).split(" | ")
        assert all(cell.strip(" |") for cell in cells[-2:]), f"{name}: run tox run -e bench"
