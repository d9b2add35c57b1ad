"""The report of a train-by-test matrix: heat maps, tables and page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.config.matrix import MatrixStudy
from studies.config.study import CLEAN
from studies.core.errors import StudyError
from studies.plan import columns_of, trainings_of
from studies.report.blocks import Folded, Note, RowGroup, Table
from studies.report.charts.heat_maps import draw_accuracies, draw_gains
from studies.report.context import ReportContext, page_files
from studies.report.format import percent
from studies.report.images import corrupted
from studies.report.matrix_text import (
    GROUPS,
    answer,
    cells_by_test,
    estimate_text,
    gain_text,
    how_many_differ,
    seeds_blocks,
)
from studies.report.page import Section, make_sections
from studies.results.sweep_results import SweepResults
from studies.run.matrix import Network
from studies.stats.variance_components import Estimate
from studies.tables.matrix import (
    Matrix,
    MatrixCell,
    TrainingSummary,
    make_matrix,
    shares_of_tests,
)
from studies.tables.rows import to_csv


@dataclass(frozen=True, slots=True)
class MatrixReport:
    """The numbers of a matrix, how many cells are missing, and its files by name."""

    matrix: Matrix
    missing: int
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Context:
    """What the sections are made from; ``examples`` are images by the label of their test."""

    study: MatrixStudy
    matrix: Matrix
    heading: str
    chance: float
    examples: Mapping[str, npt.NDArray[np.uint8]]


def make_matrix_report(
    results: SweepResults, study: MatrixStudy, networks: Sequence[Network]
) -> MatrixReport:
    """Return the numbers of a matrix, its tables, figures and page.

    Parameters
    ----------
    results : SweepResults
        The cells of the matrix.
    study : MatrixStudy
        The settings.
    networks : sequence of Network
        All of them.

    Raises
    ------
    StudyError
        When no cell of the matrix is finished.
    """
    trainings, tests = trainings_of(study), columns_of(study)
    shares = shares_of_tests(results, networks, tests)
    if not shares:
        folder = results.folder
        raise StudyError(f"no cell of the matrix is finished in {folder}: there is nothing to show")
    matrix = make_matrix(shares, trainings, tests, seeds=len(study.training_seeds))
    report = ReportContext.of(results)
    about = report.evaluation_set
    heading = (
        "Trained on one corruption, tested on another: "
        f"{study.training.architecture} on {about.data}"
    )
    examples = {}
    if about.example.shape[2] in {1, 3}:
        number, seed = about.images.first, study.seeds[0]
        examples = {
            test.label: corrupted(test.corruption, about.example, number, seed) for test in tests
        }
    context = _Context(study, matrix, heading, results.chance, examples)
    page = report.page(
        heading, answer(matrix), make_sections(SECTIONS, context), settings=list(_settings(study))
    )
    tables = {
        "matrix.csv": to_csv(MatrixCell, matrix.cells.values()),
        "trainings.csv": to_csv(TrainingSummary, matrix.summaries.values()),
    }
    return MatrixReport(matrix, results.missing, page_files("matrix.html", page, tables))


def _settings(study: MatrixStudy) -> Iterator[tuple[str, str]]:
    training = study.training.model_dump(mode="json", exclude={"seed"})
    texts = (f"{k.replace('_', ' ')} {value}" for k, value in training.items() if value is not None)
    yield "Seeds of the tests", ", ".join(map(str, study.seeds))
    yield "Seeds of the trainings", ", ".join(map(str, study.training_seeds))
    yield "Strengths t", ", ".join(f"{t:g}" for t in study.strengths)
    yield "Training", ", ".join(texts)


def accuracies_section(context: _Context) -> Section:
    """Return the accuracy of every training on every test as a heat map."""
    matrix, study = context.matrix, context.study
    figure = draw_accuracies(matrix, context.heading, context.examples)
    rows = [
        f"trained on {label} {percent(one.mean.value)} in the mean, "
        f"{percent(one.worst.value)} on {one.worst_test}"
        for label, one in matrix.summaries.items()
    ]
    strengths, seeds = ", ".join(f"{t:.3g}" for t in study.strengths), len(study.seeds)
    note = (
        "A row is a training, a column a test. Under a corruption, the accuracy is the mean over "
        f"the strengths t = {strengths} of the severity range (1: maximum severity), with {seeds} "
        f"noise {'seed' if seeds == 1 else 'seeds'} for each image; above the columns, an image at "
        "maximum severity. The mean weighs every test alike, clean images too. The chance level is "
        f"{percent(context.chance)}."
    )
    alt = f"Accuracy of every training on every test: {'; '.join(rows)}."
    shown = figure.described(alt, min_width=_min_width(matrix))
    return Section("Accuracy of every training on every test", [shown, Note(note)])


def gains_section(context: _Context) -> Section | None:
    """Return the gain of each training over the one on clean images; None without any gain."""
    matrix = context.matrix
    figure = draw_gains(matrix, "Gain of each training over clean images", context.examples)
    if figure is None:
        return None
    alt = "Gain of every training over the one on clean images, in points; see All numbers."
    note = (
        "All networks saw the same corrupted images, and gains are paired by image. "
        f"{how_many_differ(matrix)}"
    )
    shown = figure.described(alt, min_width=_min_width(matrix))
    return Section("Transfer: gain of each training over clean images", [shown, Note(note)])


def _min_width(matrix: Matrix) -> int:
    return 9 + 3 * len(matrix.tests)


def trainings_section(context: _Context) -> Section:
    """Return each training over all tests."""
    groups: dict[str, list[list[str]]] = {}
    for label, one in context.matrix.summaries.items():
        cells = [
            label,
            estimate_text(one.mean),
            _gain(one.mean_gain),
            estimate_text(one.worst),
            one.worst_test,
            _gain(one.unseen_gain),
        ]
        groups.setdefault(GROUPS[one.training.kind], []).append(cells)
    headings = (
        "Trained on",
        "Mean accuracy",
        "Gain in points",
        "Lowest accuracy",
        "on",
        "Gain on unseen corruptions",
    )
    note = (
        "Gains are points over training on clean images. Lowest accuracy: on the test where it is "
        "lowest; its lower limit is the lowest of all tests, because another test may truly be the "
        "lowest. Gain on unseen corruptions: of a training on one corruption, the mean over the "
        "other corruptions. In brackets, 95\N{NO-BREAK SPACE}% intervals. The best of several is "
        "partly selected by chance: trainings without a significant difference should be read as "
        "equal."
    )
    table = Table(headings, [RowGroup(*group) for group in groups.items()])
    return Section("Comparison of trainings", [table, Note(note)])


def _gain(gain: Estimate | None) -> str:
    return "" if gain is None else gain_text(gain)


def seeds_section(context: _Context) -> Section:
    """Return the variation between training seeds beside the sampling error of the test images."""
    return Section("Training seeds and test images", seeds_blocks(context.matrix))


def numbers_section(context: _Context) -> Section:
    """Return every cell, test by test, and the spec of each training."""
    matrix = context.matrix
    corruptions = {test.label: test.corruption for test in matrix.tests}
    cells = [
        RowGroup(
            "clean images" if test == CLEAN else corruptions[test],
            [[label, estimate_text(cell.accuracy), _gain(cell.gain)] for label, cell in of_test],
        )
        for test, of_test in cells_by_test(matrix)
    ]
    specs: dict[str, list[list[str]]] = {}
    for training in matrix.trainings:
        specs.setdefault(GROUPS[training.kind], []).append([training.label, training.spec])
    headings = ("Trained on", "Spec, with new random draws in every epoch")
    spec_table = Table(headings, [RowGroup(*group) for group in specs.items()], align="t")
    cell_table = Table(("Trained on", "Accuracy", "Gain in points"), cells)
    return Section(
        "All numbers",
        [
            Folded("Accuracies and gains with their intervals", [cell_table]),
            Folded("Corruption of each training", [spec_table]),
        ],
    )


SECTIONS: tuple[Callable[[_Context], Section | None], ...] = (
    accuracies_section,
    gains_section,
    trainings_section,
    seeds_section,
    numbers_section,
)
"""The sections of the page, in its order: a new section is a function in this list."""
