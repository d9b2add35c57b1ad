"""The files that a matrix ends in, made from stored answers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studies.config.matrix import MatrixStudy
from studies.core.errors import StudyError
from studies.core.files import write_whole
from studies.plan import columns_of, trainings_of
from studies.report.charts.heat_maps import draw_accuracies, draw_gains
from studies.report.html import ReportContext
from studies.report.matrix.page import heading_of, write_page
from studies.report.strips import shown
from studies.results.sweep_results import SweepResults
from studies.run.matrix import Network
from studies.store.records import EvaluationSet
from studies.tables.matrix import (
    Matrix,
    MatrixCell,
    TrainingSummary,
    make_matrix,
    shares_of_tests,
)
from studies.tables.rows import to_csv


def write_outputs(
    results: SweepResults, folder: Path, study: MatrixStudy, networks: Sequence[Network]
) -> tuple[Matrix, int, list[Path]]:
    """Write page, tables and pictures of a matrix.

    Parameters
    ----------
    results
        The cells of the matrix.
    folder
        Where to write.
    study
        What was asked.
    networks
        All of them.

    Returns
    -------
    tuple
        The numbers, how many cells are missing, and the files, the page first.

    Raises
    ------
    StudyError
        When no cell of the matrix is finished.
    OSError
        When a file cannot be written; older files then stay whole.
    """
    trainings, tests = trainings_of(study), columns_of(study)
    answers = shares_of_tests(results, networks, tests)
    if not answers:
        raise StudyError(f"no cell of the matrix is finished in {folder}: nothing is there to show")
    matrix = make_matrix(answers, trainings, tests, seeds=len(study.training_seeds))
    context = ReportContext.of(results)
    examples = _examples(study, results.evaluation_set)
    title = heading_of(context, study)
    accuracies = draw_accuracies(matrix, title, examples)
    gains = draw_gains(matrix, "What each training gains over clean images", examples)
    page = write_page(context, study, matrix, accuracies, gains)
    pictures = [picture for picture in (accuracies, gains) if picture is not None]
    files = [
        write_whole(folder / "matrix.html", page),
        write_whole(folder / "matrix.csv", to_csv(MatrixCell, matrix.cells.values())),
        write_whole(folder / "trainings.csv", to_csv(TrainingSummary, matrix.summaries.values())),
        *(
            write_whole(folder / "figures" / f"{picture.name}.{ending}", content)
            for picture in pictures
            for ending, content in (("png", picture.png), ("svg", picture.svg))
        ),
    ]
    return matrix, results.missing, files


def _examples(
    study: MatrixStudy, evaluation_set: EvaluationSet
) -> dict[str, npt.NDArray[np.uint8]]:
    """Return label of a test -> the first image under it at its worst, as the networks saw it."""
    if evaluation_set.example.shape[2] not in {1, 3}:
        return {}
    number, seed = evaluation_set.images.first, study.seeds[0]
    return {
        test.label: shown(test.corruption, evaluation_set.example, number, seed)
        for test in columns_of(study)
    }
