"""``python -m models``: what it shows, what it writes, and one sentence for every error."""

import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from models import store
from models.__main__ import app
from models.training import Trained


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def sentence(result: Result) -> str:
    """Return the line that reports an error."""
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['models', '--help']\n"
        "import runpy\n"
        "try:\n    runpy.run_module('models', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "heavy = {'keras', 'tensorflow', 'sklearn', 'scipy', 'pydantic', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
    )
    assert "train" in done.stdout
    assert done.stderr.strip() == "[]"


def test_list() -> None:
    result = run("list")
    assert result.exit_code == 0
    for expected in ("mlp", "cnn", "digits", "cifar10", ".npz"):
        assert expected in result.stdout


def test_info_of_an_architecture() -> None:
    result = run("info", "cnn")
    assert result.exit_code == 0
    assert "Total params: 104,874" in result.stdout
    assert "digits" in result.stdout


def test_info_of_a_trained_model(trained: Trained, tmp_path: Path) -> None:
    result = run("info", store.save(trained, tmp_path / "net.keras"))
    assert result.exit_code == 0
    assert trained.digest in result.stdout
    assert "tiny" in result.stdout


def test_info_of_an_external_model(trained: Trained, tmp_path: Path) -> None:
    trained.model.save(tmp_path / "external.keras")
    result = run("info", tmp_path / "external.keras")
    assert result.exit_code == 0
    assert "of unknown origin" in result.stdout


class TestErrors:
    def test_broken_model(self, tmp_path: Path) -> None:
        (tmp_path / "net.keras").write_bytes(b"nothing")
        assert "is damaged or cut short" in sentence(run("info", tmp_path / "net.keras"))
