"""The checklist for a new corruption."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import noiselib
from noiselib.checklist import CLASS, checklist, report

ROOT = Path(noiselib.__file__).parents[1]


@pytest.mark.parametrize("name", noiselib.registry())
def test_every_corruption_has_everything(name):
    assert [item.text for item in checklist(name, ROOT) if not item.done] == []


def test_all_that_is_missing_is_listed_at_once():
    name = "sepia_tone"
    items = checklist(name, ROOT)
    assert not any(item.done for item in items)
    lines = report(name, items).splitlines()
    assert lines[0] == f"{name}: 0 of {len(items)} done"
    assert [line[4:] for line in lines if line.startswith("[ ] ")] == [item.text for item in items]
    assert "    class SepiaTone(Corruption):" in lines
    assert f'    @pytest.mark.oracle("{name}")' in lines
    assert "[x] its golden" in report("zoom", checklist("zoom", ROOT))
    assert "class Zoom" not in report("zoom", checklist("zoom", ROOT))


def test_the_skeleton_is_a_corruption_that_passes_the_laws(tmp_path):
    package = tmp_path / "noiselib"
    shutil.copytree(ROOT / "noiselib", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "corruptions" / "toning.py").write_text(CLASS.format(cls="SepiaTone"))
    code = (
        "import noiselib\n"
        "from noiselib.testing import check_corruption\n"
        "check_corruption(noiselib.SepiaTone, max_examples=3)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


@pytest.mark.parametrize("name", ["SepiaTone", "sepia tone", "sepia__tone", ""])
def test_names_are_in_snake_case(name):
    message = f"a name consists of lower-case words joined by _, got {name!r}"
    with pytest.raises(ValueError, match=re.escape(message)):
        checklist(name, ROOT)


def test_an_installed_package_is_not_a_checkout(tmp_path):
    with pytest.raises(ValueError, match="new needs a checkout of the project"):
        checklist("sepia_tone", tmp_path)
