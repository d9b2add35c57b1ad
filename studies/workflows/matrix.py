"""A whole train-by-test matrix from question to page, in one results folder."""

from dataclasses import dataclass, replace
from pathlib import Path

from studies.config.matrix import MatrixStudy
from studies.core.terminal import Observer
from studies.plan import plan_points, sweep_of
from studies.report.context import write_files
from studies.report.matrix import make_matrix_report
from studies.results.sweep_results import SweepResults
from studies.run.matrix import networks_of, train_missing
from studies.run.sweep import CellCounts
from studies.tables.matrix import Matrix
from studies.workflows.sweep import open_session


@dataclass(frozen=True, slots=True)
class MatrixResult:
    """The result of a matrix: what became of its cells, its numbers, and its files, page last."""

    cell_counts: CellCounts
    matrix: Matrix
    missing: int
    files: list[Path]


def run_matrix(
    matrix: MatrixStudy, folder: Path, *, command: str, observer: Observer
) -> MatrixResult:
    """Train the networks, sweep them, and write table, pictures and page.

    After an interruption, the same call resumes after the last complete epoch or cell.

    Parameters
    ----------
    matrix : MatrixStudy
        What to find out.
    folder : Path
        The results folder; networks and cells that are there already are used.
    command : str
        The command that repeats the matrix, for the provenance.
    observer : Observer
        Receives the progress.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError, models.training.TrainingError
        In one sentence; everything stored before stays.
    """
    study = sweep_of(matrix, [matrix.training.architecture])
    with open_session(study, folder, command=command, observer=observer) as opened:
        networks = networks_of(matrix, opened.data, folder)
        train_missing(matrix, networks, opened.data, observer, threads=opened.threads)
        study = sweep_of(matrix, [str(network.path) for network in networks])
        session = replace(opened, study=study)
        classifiers = session.load_models()
        cell_counts = session.compute_missing(classifiers)
        observer.note("drawing the figures and writing the page")
        digests = {classifier.name: classifier.digest for classifier in classifiers}
        results = SweepResults(session.store, plan_points(study), digests, study)
        report = make_matrix_report(results, matrix, networks)
        files = write_files(folder, report.files, resume="the same command")
    return MatrixResult(cell_counts, report.matrix, report.missing, files)
