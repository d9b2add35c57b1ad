"""The files that a sweep ends in, made from the database alone."""

from dataclasses import dataclass
from pathlib import Path

from studies.core.errors import StudyError
from studies.report.benchmark import BenchmarkReport, make_benchmark_report
from studies.report.context import ReportContext, write_files
from studies.report.images import Images, Originals, find_originals
from studies.report.sweep.report import SweepReport, make_sweep_report
from studies.results.sweep_results import SweepResults
from studies.store.store import Failure, Store


@dataclass(frozen=True, slots=True)
class Outputs:
    """What was written, and what it shows.

    Attributes
    ----------
    report : SweepReport or BenchmarkReport
        The results.
    failures : list of Failure
        The cells of the plan that failed.
    planned, missing : int
        How many cells the plan has, and how many of them are not stored.
    files : list of Path
        The files.
    """

    report: SweepReport | BenchmarkReport
    failures: list[Failure]
    planned: int
    missing: int
    files: list[Path]


def write_outputs(store: Store, folder: Path, *, images: Images | None = None) -> Outputs:
    """Write tables, ``figures/`` and ``report.html`` of the last study swept in a folder.

    Parameters
    ----------
    store : Store
        The results.
    folder : Path
        Where to write.
    images : Images, optional
        The test images of the study, ``(n, h, w, c)``; when left out, its data is loaded again for
        the pictures of the report.

    Raises
    ------
    StudyError
        When there is no finished cell to show, or a file cannot be written; older files then stay
        whole.
    """
    results = SweepResults.of_last_sweep(store)
    study = results.study
    if not results.finished:
        raise StudyError(
            f"no cell of study {study.name!r} is finished in {folder}, so there is nothing to show"
        )
    context = ReportContext.of(results)
    report: SweepReport | BenchmarkReport
    if study.protocol is None:
        originals = (
            find_originals(study, results.evaluation_set) if images is None else Originals(images)
        )
        report = make_sweep_report(results, context, originals, folder)
    else:
        report = make_benchmark_report(results, context)
    files = write_files(folder, report.files, resume=f"`python -m studies report {folder}`")
    return Outputs(report, results.failures(), context.planned, results.missing, files)
