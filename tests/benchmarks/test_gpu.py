"""The script for GPUs: its error without one, and what it writes."""

import pytest

from benchmarks.gpu import main, replace_section


def test_without_a_gpu_it_fails_with_a_message(capsys, tmp_path, monkeypatch):
    from models import backend

    monkeypatch.setattr(backend, "gpu", lambda: None)
    page = tmp_path / "gpu.md"
    assert main(["--page", str(page)]) == 2
    assert "finds no GPU" in capsys.readouterr().err
    assert not page.exists()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("# T\n", "# T\n\n## A\nnew\n"),
        ("# T\n\n## A\nold\n", "# T\n\n## A\nnew\n"),
        ("# T\n\n## B\nkept\n", "# T\n\n## B\nkept\n\n## A\nnew\n"),
        ("# T\n\n## AB\nkept\n", "# T\n\n## AB\nkept\n\n## A\nnew\n"),
    ],
)
def test_a_section_replaces_the_one_of_its_name_alone(page, expected):
    assert replace_section(page, "## A\nnew\n") == expected


def test_it_writes_its_measurements(tmp_path, capsys, monkeypatch):
    from models import backend

    monkeypatch.setattr(backend, "gpu", lambda: "Test 1")
    monkeypatch.setattr("benchmarks.gpu.SPECS", ("brightness(shift=0.5)",))
    page = tmp_path / "gpu.md"
    assert main(["--page", str(page), "--data", "digits", "--architectures", "ensi_mlp"]) == 0
    text = page.read_text()
    assert text.startswith("# On a GPU\n\n## Test 1, ")
    assert "| `ensi_mlp` | " in text
    assert "| yes |" in text
    assert ": 11 cells in " in text
    assert "77 cells in" in text or "cells in" in text
    assert str(page) in capsys.readouterr().out
