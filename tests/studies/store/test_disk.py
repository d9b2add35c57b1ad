"""A full disk at any moment of a study: one sentence, nothing is lost, and the study resumes."""

import resource
import shutil
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from studies.__main__ import app
from studies.config.study import Study
from studies.core.errors import StudyError
from studies.report import write as outputs
from studies.report.sweep.report import SweepReport
from studies.store import database
from studies.store import database as schema
from studies.store.store import FILE_NAME, Store
from studies.tables.sweep import SweepTables
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study

pytestmark = pytest.mark.usefixtures("fakes")


@pytest.fixture
def run(tmp_path, settings, observer, monkeypatch):
    """Run the small study without its figures, which are tested elsewhere."""
    monkeypatch.setattr(session, "write_outputs", lambda *_, **__: None)

    def run(folder="out", **changes):
        study = Study.model_validate(settings | changes)
        return run_study(study, tmp_path / folder, command="sweep", observer=observer).cell_counts

    return run


@contextmanager
def no_file_above(size):
    """Limit the size of the files of this process, as a full disk or a quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def contents(folder):
    with Store(folder) as store:
        cells = {key: store.outcomes(key) for key in store.finished_keys()}
    return {k: [getattr(c, n).tobytes() for n in c.__slots__] for k, c in cells.items()}


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.suffix != ".sqlite"}


def test_a_full_disk_during_a_sweep_loses_nothing(run, tmp_path, monkeypatch):
    connect = database.connect

    def cramped(path, *, create):
        connection = connect(path, create=create)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")  # beyond, the disk is full
        return connection

    with monkeypatch.context() as context:
        context.setattr(database, "connect", cramped)
        with pytest.raises(StudyError, match=r"the disk is full.*safe.*the same command resumes"):
            run()
    stored = contents(tmp_path / "out")
    assert 0 < len(stored) < 20
    assert run().computed == 20 - len(stored)
    run("undisturbed")
    assert contents(tmp_path / "out") == contents(tmp_path / "undisturbed")


def test_a_journal_that_cannot_grow_is_no_damage(run, tmp_path):
    with (
        no_file_above(120_000),
        pytest.raises(StudyError, match=r"cannot be read or written .*stay, .*the same command"),
    ):
        run()
    stored = contents(tmp_path / "out")
    assert 0 < len(stored) < 20
    assert run().computed == 20 - len(stored)


def test_a_page_that_cannot_be_written_leaves_the_older_one(run, tmp_path, monkeypatch):
    run()
    folder = tmp_path / "out"
    page = [b"old"]
    monkeypatch.setattr(
        outputs,
        "make_sweep_report",
        lambda *_: SweepReport([], SweepTables(), {"curves.csv": b"new", "report.html": page[0]}),
    )
    with Store(folder) as store:
        outputs.write_outputs(store, folder)
        page[0] = bytes(100_000)
        with (
            no_file_above(50_000),
            pytest.raises(StudyError, match=r"report.html cannot be written: File too large") as no,
        ):
            outputs.write_outputs(store, folder)
    assert f"`python -m studies report {folder}`" in str(no.value)
    assert (folder / "report.html").read_bytes() == b"old"
    assert not list(folder.rglob("*.partial*"))


def test_a_damaged_cell_is_computed_again_by_the_same_command(run, tmp_path):
    run()
    folder = tmp_path / "out"
    before = contents(folder)
    with Store(folder) as store, store.transaction() as connection:
        connection.execute(  # a cell has six rows: this is every second one
            "UPDATE outcomes SET bytes = zeroblob(240) "
            "WHERE quantity = 'confidence' AND rowid % 12 = 2"
        )
    with pytest.raises(StudyError, match=r"damaged cells .* are deleted, .* computes them again"):
        contents(folder)
    assert run().computed == 10
    assert contents(folder) == before


def test_a_database_of_a_newer_version_is_unchanged(run, settings, tmp_path):
    run()
    folder = tmp_path / "out"
    with Store(folder) as store, store.transaction() as connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    shutil.copytree(folder, tmp_path / "copy")
    for arguments in (["report", str(folder)], ["export", str(folder)]):
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 2
        assert "newer version of this toolkit" in result.stderr
        assert result.stderr.count("\n") == 1
    with pytest.raises(StudyError, match="update this one to read it"):
        run()
    assert (folder / FILE_NAME).read_bytes() == (tmp_path / "copy" / FILE_NAME).read_bytes()
