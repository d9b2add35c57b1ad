"""The files that a study ends in, made from the database alone."""

from dataclasses import dataclass
from pathlib import Path

from studies.core.errors import StudyError
from studies.core.files import write_whole
from studies.report.benchmark.outputs import BenchmarkReport, make_benchmark_report
from studies.report.html import ReportContext
from studies.report.images import Images, Originals, find_originals
from studies.report.sweep.outputs import SweepReport, make_sweep_report
from studies.results.sweep_results import SweepResults
from studies.store.records import Failure
from studies.store.store import Store


@dataclass(frozen=True, slots=True)
class Outputs:
    """What was written, and what it shows.

    Attributes
    ----------
    report : SweepReport or BenchmarkReport
        What the study shows.
    failures : list of Failure
        The cells of the plan that failed.
    missing : int
        How many cells of the plan are not stored.
    files : list of Path
        The files.
    """

    report: SweepReport | BenchmarkReport
    failures: list[Failure]
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

    Returns
    -------
    Outputs
        What the study shows, the failed cells that it still wants, and the files.

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
    files = [_written(folder, name, content) for name, content in report.files.items()]
    return Outputs(report, results.failures(), results.missing, files)


def _written(folder: Path, name: str, content: bytes) -> Path:
    try:
        return write_whole(folder / name, content)
    except OSError as error:
        raise StudyError(
            f"{folder / name} cannot be written: {error.strerror or error}; an older one is as it "
            f"was, all cells are stored, and `python -m studies report {folder}` goes on from there"
        ) from None
