"""The report of a sweep over severity ranges: its sections, the next steps, tables and figures."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from studies.config.validators import is_external
from studies.report.blocks import Steps, command
from studies.report.charts.curves import MOST_PANELS, draw_overview
from studies.report.charts.overview import as_drawn_on_page, draw_means, make_overview
from studies.report.context import ReportContext, page_files
from studies.report.format import listed
from studies.report.images import STRIP_LENGTH, Originals, make_strips, thumbnail_side
from studies.report.page import Section, make_sections
from studies.report.sweep.comparison import comparison_section
from studies.report.sweep.context import MANY, SweepContext, answer, find_mistakes
from studies.report.sweep.curves import (
    areas_section,
    curves_section,
    overview_section,
    points_section,
)
from studies.report.sweep.mistakes import calibration_section, confusion_section, failures_section
from studies.results.sweep_results import SweepResults
from studies.tables.areas import ALL
from studies.tables.comparisons import ComparisonRow
from studies.tables.curves import Curve, curves_csv, make_curves
from studies.tables.sweep import SweepTables, make_tables

_EACH, _FEW_EACH = 5, 3
"""Images of the first failures of each model on a page: with a few corruptions, and with many."""


def next_steps_section(context: SweepContext) -> Section:
    """Return what to do next, each step with its command."""
    study, folder = context.settings, context.folder
    hardest = min(context.curves, key=lambda curve: curve.mean_accuracy)
    name = hardest.title if hardest.title != hardest.corruption else "the most harmful corruption"
    trained = [model for model in study["models"] if not is_external(model)]
    spec = _harmful_spec(hardest)
    models = ",".join(study["models"])
    arguments = ("--data", study["data"], "--models", models, "--corruption", spec)
    steps = [
        _step(
            f"See what is confused under {name.lower()}.", "diagnose", *arguments, "--out", folder
        )
    ]
    if trained:
        model = hardest.model if hardest.model in trained else trained[0]
        reason = (
            f"Train {model} with it, at a random strength for each image, and sweep the trained "
            "model beside these models."
        )
        augment = f"vary({hardest.corruption})"
        steps.append(_step(reason, "train", model, "--data", study["data"], "--augment", augment))
    reason = (
        "Compare the next version of a model with this one, image by image, once it is swept into "
        "another folder."
    )
    return Section(
        "Next steps",
        [
            Steps(
                [
                    *steps,
                    *_more_images(context.tables.comparisons),
                    _step(reason, "compare", folder, "OTHER_FOLDER", "--fail-if-worse", "0.01"),
                    _step("Export every number, down to each image and cell, as tidy tables.",
                          "export", folder),
                ]
            )
        ],
    )  # fmt: skip


def _step(reason: str, *words: object) -> str:
    """Return a reason and the command of this program to type."""
    text = shlex.join(["python", "-m", "studies", *map(str, words)])
    return Markup("{} {}").format(reason, command(text))


def _harmful_spec(curve: Curve) -> str:
    """Return the first spec of a range at which at least half of its loss of accuracy occurs."""
    half = (curve.clean.accuracy + min(row.accuracy for row in curve.rows)) / 2
    rows = [row for row in curve.rows[1:] if row.accuracy <= half]
    return (rows[0] if rows else curve.worst).pipeline


def _more_images(comparisons: Sequence[ComparisonRow]) -> list[str]:
    """Return which pairs of models need more images to detect a difference of one point."""
    short = [
        f"{needed:,} ({row.candidate_model} against {row.baseline_model})"
        for row in comparisons
        if row.corruption == ALL
        and (needed := row.images_for_one_point) is not None
        and needed > row.images
    ]
    if not short:
        return []
    images = next(row.images for row in comparisons)
    text = (
        "Test images needed for 80 % power to detect a difference of one point in the mean over "
        f"all corruptions: {listed(short)}. There are {images:,}, and more noise seeds do not "
        "replace images."
    )
    return [text]


SECTIONS: tuple[Callable[[SweepContext], Section | None], ...] = (
    overview_section,
    curves_section,
    failures_section,
    areas_section,
    comparison_section,
    confusion_section,
    calibration_section,
    points_section,
    next_steps_section,
)
"""The sections of the page, in its order: a new section is a function in this list."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """The results of a sweep as curves and tables, and its files by name."""

    curves: list[Curve]
    tables: SweepTables
    files: dict[str, bytes]


def make_context(
    results: SweepResults, settings: Mapping[str, Any], originals: Originals, folder: Path
) -> SweepContext:
    """Return what the sections of a sweep are made from.

    Parameters
    ----------
    results : SweepResults
        At least one cell is stored.
    settings : mapping of str to object
        The settings of the study, as a run stores them.
    originals : Originals
        The images, for the pictures of the page.
    folder : Path
        The results folder, as commands name it.
    """
    about, study = results.evaluation_set, results.study
    curves, tables = make_curves(results), make_tables(results, threshold=study.threshold)
    strips = make_strips(curves, about.example, number=about.images.first, seed=study.seeds[0])
    count = len({curve.corruption for curve in curves})
    each = _FEW_EACH if count > MANY else _EACH
    side = thumbnail_side(count * (STRIP_LENGTH + each * len(results.models)))
    return SweepContext(
        results=results,
        originals=originals,
        folder=folder,
        curves=curves,
        tables=tables,
        strips=strips,
        overview=make_overview(curves, tables.areas, chance=results.chance),
        findings=find_mistakes(results),
        settings=settings,
        failures_each=each,
        thumbnail_side=side,
    )


def make_sweep_report(
    results: SweepResults, report: ReportContext, originals: Originals, folder: Path
) -> SweepReport:
    """Return the curves of a sweep, its tables, figures and page.

    Parameters
    ----------
    results : SweepResults
        At least one cell is stored.
    report : ReportContext
        What every report says of its study.
    originals : Originals
        The images, for the pictures of the page.
    folder : Path
        The results folder, as commands name it.
    """
    context = make_context(results, report.run.study, originals, folder)
    curves, tables, overview = context.curves, context.tables, context.overview
    heading = f"Robustness on {results.evaluation_set.data}"
    whole = (
        draw_overview(curves, context.strips, chance=results.chance, title=heading)
        if len(context.titles) <= MOST_PANELS
        else draw_means(overview, title=heading)
    )
    page = report.page(
        heading,
        answer(curves, results.evaluation_set.data),
        make_sections(SECTIONS, context),
        settings=_settings(report.run.study),
        lead=[as_drawn_on_page(whole, overview)],
    )
    csv_files = {"curves.csv": curves_csv(curves)} | tables.files()
    return SweepReport(list(curves), tables, page_files("report.html", page, csv_files))


def _settings(study: Mapping[str, Any]) -> list[tuple[str, str]]:
    strengths, tolerance = ", ".join(f"{t:g}" for t in study["strengths"]), study.get("tolerance")
    if tolerance is not None:
        strengths += (
            ", and more where curves bend, until critical strengths are known to "
            f"{tolerance:g} in t"
        )
    return [("Seeds", ", ".join(map(str, study["seeds"]))), ("Strengths t", strengths)]
