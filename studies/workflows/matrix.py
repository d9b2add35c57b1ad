"""A whole matrix from question to page, in one results folder."""

from dataclasses import dataclass
from pathlib import Path

from studies.config.matrix import MatrixStudy
from studies.core.progress import Observer
from studies.plan import plan_points, sweep_of
from studies.report.matrix.outputs import write_outputs
from studies.results.sweep_results import SweepResults
from studies.run.matrix import networks_of, train_missing
from studies.run.models import load_models
from studies.run.sweep import CellCounts
from studies.tables.matrix import Matrix
from studies.workflows.sweep import compute_missing, opened


@dataclass(frozen=True, slots=True)
class MatrixResult:
    """How a matrix ended.

    Attributes
    ----------
    cell_counts
        What became of the cells.
    matrix
        The numbers.
    missing
        Cells that are not there.
    files
        What was written, the page first.
    """

    cell_counts: CellCounts
    matrix: Matrix
    missing: int
    files: list[Path]


def run_matrix(
    matrix: MatrixStudy, folder: Path, *, command: str, observer: Observer
) -> MatrixResult:
    """Train the networks, sweep them, and write table, pictures and page.

    Stopped on the way, the same call goes on after the last whole epoch or cell.

    Parameters
    ----------
    matrix
        What to find out.
    folder
        Where networks, cells and results are kept; what is there already is not done again.
    command
        What to type to repeat this, for the provenance.
    observer
        Who is told how it goes on.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError, models.training.TrainingError
        In one sentence; everything stored before stays.
    """
    from models.backend import processors

    about = sweep_of(matrix, [matrix.training.architecture])
    with opened(about, folder, observer) as (data, store):
        threads = matrix.threads or processors()
        networks = networks_of(matrix, data, folder)
        with observer:
            train_missing(matrix, networks, data, observer, threads=threads)
            study = sweep_of(matrix, [str(network.path) for network in networks])
            classifiers = load_models(study, data, folder, store, observer, threads=threads)
            cell_counts = compute_missing(
                study, data, classifiers, store, observer, command=command, threads=threads
            )
            observer.note("drawing the figures and writing the page")
        digests = {classifier.name: classifier.digest for classifier in classifiers}
        results = SweepResults(store, plan_points(study), digests, study)
        found, missing, files = write_outputs(results, folder, matrix, networks)
    return MatrixResult(cell_counts, found, missing, files)
