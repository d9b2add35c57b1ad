"""What the pages of every study share: what it is about, what is missing, and the provenance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from markupsafe import Markup

from studies.core.errors import StudyError
from studies.core.files import write_atomically
from studies.report.blocks import Figure, RowGroup, Table, code
from studies.report.page import Page, Section, render
from studies.results.sweep_results import SweepResults
from studies.store.store import EvaluationSet, Failure, Run, StoredModel


@dataclass(frozen=True, slots=True)
class ReportContext:
    """What every report says of its study, whatever the study asked.

    Attributes
    ----------
    evaluation_set : EvaluationSet
        Which images.
    failures : sequence of Failure
        The cells of the plan that failed.
    models : sequence of StoredModel
        The models of the plan.
    run : Run
        The last run.
    cells, planned : int
        How many cells are stored, and how many the plan has.
    """

    evaluation_set: EvaluationSet
    failures: Sequence[Failure]
    models: Sequence[StoredModel]
    run: Run
    cells: int
    planned: int

    @classmethod
    def of(cls, results: SweepResults) -> Self:
        """Return the context of a report on some results."""
        store = results.store
        models = [model for name in results.models if (model := store.model(name)) is not None]
        counts = results.finished, len(results.planned_keys)
        return cls(results.evaluation_set, results.failures(), models, store.runs()[-1], *counts)

    @property
    def missing(self) -> int:
        """How many cells of the plan are not stored."""
        return self.planned - self.cells

    def page(
        self,
        heading: str,
        answer: Sequence[str],
        sections: Sequence[Section],
        *,
        settings: Sequence[tuple[str, str]],
        lead: Sequence[Figure] = (),
    ) -> Page:
        """Return a page on this study, with its provenance as the last section.

        Parameters
        ----------
        heading : str
            Of the page.
        answer : sequence of str
            The result in a few sentences.
        sections : sequence of Section
            The sections of this kind of page.
        settings : sequence of tuple of str and str
            Labels and texts to show of the settings.
        lead : sequence of Figure
            Before the table of contents.
        """
        about = self.evaluation_set
        subject = Markup("Study <strong>{}</strong> · {:,} test images · {} cells · {}")
        return Page(
            f"{about.study}: robustness on {about.data}",
            heading,
            subject.format(about.study, about.images.count, self.cells, self.run.started[:10]),
            answer,
            [*sections, provenance_section([*self._provenance(settings)])],
            lead,
            list(self._warnings()) if self.missing else (),
        )

    def _warnings(self) -> Iterator[str]:
        verb = "cell is" if self.missing == 1 else "cells are"
        yield Markup(
            "<strong>{} {} missing</strong>, so the numbers below rest on fewer noise seeds. The "
            "same command computes what is missing:"
        ).format(self.missing, verb)
        yield code(self.run.command)
        for failure in self.failures:
            seed = "" if failure.condition.seed is None else f", seed {failure.condition.seed}"
            model, pipeline = code(failure.model), code(failure.condition.pipeline)
            yield Markup("{} under {}{}: {}").format(model, pipeline, seed, failure.error)

    def _provenance(self, settings: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        run, images, facts = self.run, self.evaluation_set.images, self.run.provenance
        git = facts.get("git") or {}
        commit = f"{git['commit']}{' with changes' if git['dirty'] else ''}" if git else "none"
        last = images.first + images.count - 1
        yield "Repeat with", run.command
        yield "Images", f"numbers {images.first} to {last} of {self.evaluation_set.data}"
        yield "Digest of the data", images.digest
        for model in self.models:
            yield f"Digest of {model.name}", model.digest
        yield from settings
        yield "Threads for prediction", str(facts["threads"])
        yield from installation(facts)
        yield "Commit", commit
        yield "Started", run.started
        for model in self.models:
            if "config" in model.provenance:
                config = model.provenance["config"].items()
                texts = (f"{name.replace('_', ' ')} {value}" for name, value in config)
                yield f"Training of {model.name}", ", ".join(texts)


def installation(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield labels and texts on Python and its packages, of the gathered provenance."""
    yield "Python", f"{facts['python']} on {facts['platform']}"
    yield "Packages", ", ".join(f"{name} {v}" for name, v in facts["packages"].items())


def provenance_section(facts: Sequence[tuple[str, str]]) -> Section:
    """Return the section on where the numbers come from, of labels and texts."""
    rows = [(label, Markup('<span class="mono">{}</span>').format(text)) for label, text in facts]
    return Section("Provenance", [Table((), [RowGroup("", rows)], look="facts")])


def page_files(
    name: str, page: Page, tables: Mapping[str, bytes], extra: Sequence[Figure] = ()
) -> dict[str, bytes]:
    """Return the files of a report by their names: tables, figures, and at last the page.

    Parameters
    ----------
    name : str
        Name of the page.
    page : Page
        The page, whose figures are written too.
    tables : mapping of str to bytes
        Tables by file name.
    extra : sequence of Figure
        Figures that are not on the page.
    """
    files = dict(tables)
    for figure in (*extra, *page.figures):
        files |= figure.files()
    return files | {name: render(page)}


def write_files(folder: Path, files: Mapping[str, bytes], *, resume: str) -> list[Path]:
    """Write the files of a report, and return their paths.

    Parameters
    ----------
    folder : Path
        Where to write.
    files : mapping of str to bytes
        Contents by name.
    resume : str
        The command that writes them again.

    Raises
    ------
    StudyError
        When a file cannot be written; an older one then stays whole.
    """
    paths = []
    for name, content in files.items():
        try:
            paths.append(write_atomically(folder / name, content))
        except OSError as error:
            raise StudyError(
                f"{folder / name} cannot be written: {error.strerror or error}; an older file is "
                f"unchanged, all cells are stored, and {resume} resumes from there"
            ) from None
    return paths
