"""A whole diagnosis, from models and data to its page."""

from pathlib import Path
from typing import TYPE_CHECKING

from studies.core.terminal import Observer
from studies.report.context import ReportContext, write_files
from studies.report.diagnosis.report import (
    DiagnosisReport,
    folder_name,
    make_diagnosis_report,
)
from studies.results.sweep_results import SweepResults
from studies.run.diagnosis import plan_diagnosis, read_evaluations, read_history
from studies.workflows.sweep import open_session

if TYPE_CHECKING:
    from studies.config.study import Study


def diagnose(
    study: "Study", spec: str | None, folder: Path, *, command: str, observer: Observer
) -> tuple[DiagnosisReport, list[Path]]:
    """Train or load the models, evaluate them, and write the diagnosis.

    Parameters
    ----------
    study : Study
        Names data and models; its first seed is that of the corruption.
    spec : str or None
        A corruption to evaluate beside the clean images.
    folder : Path
        A results folder, as of a sweep: its trained models are used. The cells are stored in its
        ``diagnosis/``, where each condition has a folder for its files.
    command : str
        The command that repeats the diagnosis, for the provenance.
    observer : Observer
        Receives the progress.

    Returns
    -------
    tuple of DiagnosisReport and list of Path
        The report, and the files it was written to, the page last.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError
        In one sentence; everything stored before stays.
    """
    seed = study.seeds[0]
    points = plan_diagnosis(spec, seed)
    with open_session(
        study, folder, command=command, observer=observer, subfolder="diagnosis"
    ) as session:
        classifiers = session.load_models()
        session.compute_missing(classifiers, points)
        evaluations = read_evaluations(points, session.data, classifiers, session.store)
        histories = [
            read_history(item.name, item.path, item.digest)
            for item in classifiers
            if item.name in evaluations[0].outcomes
        ]
        digests = {classifier.name: classifier.digest for classifier in classifiers}
        context = ReportContext.of(SweepResults(session.store, points, digests))
        corruption = None if spec is None else points[-1].corruption
        name = folder_name(corruption, points[-1].conditions[0].seed)
        where = folder / "diagnosis" / name
        report = make_diagnosis_report(
            context, evaluations, histories, session.data, observer, seed=seed
        )
        return report, write_files(where, report.files, resume="the same command")
