"""The files that a matrix ends in, made from stored answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studies.config.matrix import MatrixStudy
from studies.core.errors import StudyError
from studies.core.files import write_whole
from studies.plan import columns_of, plan_points, sweep_of, trainings_of
from studies.report.charts.heat_maps import draw_accuracies, draw_gains
from studies.report.matrix.page import heading_of, write_page
from studies.report.strips import shown
from studies.report.sweep.page import Material
from studies.results.sweep_results import Reader
from studies.run.matrix import Network
from studies.run.sweep import planned_keys
from studies.store.records import EvaluationSet
from studies.store.store import Store
from studies.tables.matrix import Matrix, find_numbers
from studies.tables.matrix_estimates import read_answers
from studies.tables.matrix_rows import CellRow, StandingRow, cell_rows, standing_rows
from studies.tables.rows import to_csv


def write_outputs(
    store: Store,
    folder: Path,
    study: MatrixStudy,
    networks: Sequence[Network],
    digests: Mapping[str, str],
) -> tuple[Matrix, int, list[Path]]:
    """Write page, tables and pictures of a matrix.

    Parameters
    ----------
    store
        The results.
    folder
        Where to write.
    study
        What was asked.
    networks
        All of them.
    digests
        Name of a network -> digest.

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
    evaluation_set = store.evaluation_set()
    points = plan_points(sweep_of(study, [str(network.path) for network in networks]))
    planned = planned_keys(points, evaluation_set.images, digests)
    finished = len(planned & store.finished_keys())
    trainings, tests = trainings_of(study), columns_of(study)
    answers = read_answers(Reader(store, evaluation_set.images), networks, digests, points, tests)
    if not answers:
        raise StudyError(f"no cell of the matrix is finished in {folder}: nothing is there to show")
    matrix = find_numbers(answers, trainings, tests, seeds=len(study.training_seeds))
    models = [model for item in networks if (model := store.model(item.name)) is not None]
    failures = [failure for failure in store.failures() if failure.key in planned]
    material = Material(evaluation_set, failures, models, store.runs()[-1], finished, len(planned))
    examples = _examples(study, evaluation_set)
    title = heading_of(material, study)
    accuracies = draw_accuracies(matrix, title, examples)
    gains = draw_gains(matrix, "What each training gains over clean images", examples)
    page = write_page(material, study, matrix, accuracies, gains)
    pictures = [picture for picture in (accuracies, gains) if picture is not None]
    files = [
        write_whole(folder / "matrix.html", page),
        write_whole(folder / "matrix.csv", to_csv(CellRow, cell_rows(matrix))),
        write_whole(folder / "trainings.csv", to_csv(StandingRow, standing_rows(matrix))),
        *(
            write_whole(folder / "figures" / f"{picture.name}.{ending}", content)
            for picture in pictures
            for ending, content in (("png", picture.png), ("svg", picture.svg))
        ),
    ]
    return matrix, len(planned) - finished, files


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
