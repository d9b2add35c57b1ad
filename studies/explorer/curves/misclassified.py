"""The images that a model misclassifies at one point of a curve."""

from dataclasses import dataclass

import numpy as np
from nicegui import run, ui

from studies.core.errors import StudyError
from studies.explorer.curves.results_folder import (
    ChartPoint,
    ResultsFolder,
    corrupted_images,
    original_images,
)
from studies.explorer.layout import error_label, heading, png_uri, select
from studies.explorer.state import ExplorerState
from studies.explorer.view import ImageSource, PlayView, to_query
from studies.plan import Condition
from studies.report.format import percent
from studies.report.images import Originals
from studies.results.sweep_results import SweepResults
from studies.stats.metrics import correct
from studies.store.store import Store

PAGE_SIZE = 24
"""Number of images that are shown at first, and added by each click."""


@dataclass(frozen=True, slots=True)
class MisclassifiedImage:
    """A test image that a model misclassifies, with the probability of the predicted class."""

    number: int
    true: str
    predicted: str
    confidence: float


def find_misclassified(
    results: SweepResults, model: str, condition: Condition
) -> list[MisclassifiedImage]:
    """Return the images that a model misclassifies under a condition, the most confident first.

    Raises
    ------
    StudyError
        When the cell is not stored, or damaged.
    """
    evaluation_set = results.evaluation_set
    with Store(results.folder) as store:
        outcomes = store.outcomes(results.key(condition, model))
    wrong = np.flatnonzero(~correct(outcomes))
    names = evaluation_set.class_names
    return [
        MisclassifiedImage(
            number=evaluation_set.images.first + int(index),
            true=names[evaluation_set.labels[index]],
            predicted=names[outcomes.predicted[index]],
            confidence=float(outcomes.confidence[index]),
        )
        for index in wrong[np.argsort(-outcomes.confidence[wrong], kind="stable")]
    ]


class MisclassifiedPanel:
    """Lets a visitor select a point of a curve and shows the images misclassified there."""

    def __init__(self, state: ExplorerState, folder: ResultsFolder) -> None:
        self._state, self._folder = state, folder
        self._requests = 0  # only the result of the latest request is shown
        self._updating = True  # while the program changes fields
        self._images: list[MisclassifiedImage] = []
        self._originals: Originals | None = None  # read when first needed
        heading("Misclassified images", 2)
        charts = {chart.corruption: chart.title for chart in self._folder.charts}
        with ui.element("div").classes("fields"):
            models, line_selected = list(self._folder.models), self._line_selected
            self._corruption = select(charts, "Corruption", on_change=line_selected)
            self._model = select(models, "Model", on_change=line_selected)
            self._strength = select({}, "Strength", on_change=self._point_selected)
            self._seed = select({}, "Noise seed", on_change=self._seed_selected)
        self._summary = ui.label("Click a point of a curve, or select one here.")
        self._summary.props("role=status")
        self._error = error_label()
        self._tiles = ui.element("ul").classes("tiles")
        self._more = ui.button("Show more", on_click=self._show_more).props("outline no-caps")
        self._more.set_visibility(False)
        self._corruption.value, self._model.value = next(iter(charts)), self._folder.models[0]
        self._fill_strengths()
        self._fill_seeds()
        self._updating = False

    async def show(self, corruption: str, model: str, index: int) -> None:
        """Show the images of a point of a curve, given its index on the curve."""
        self._updating = True
        self._corruption.value, self._model.value = corruption, model
        self._fill_strengths()
        self._strength.value = index
        await self._show_point()

    async def _line_selected(self) -> None:
        if not self._updating:
            index = self._strength.value
            self._fill_strengths()
            self._strength.value = index if index in self._strength.options else None

    async def _point_selected(self) -> None:
        if not self._updating:
            await self._show_point()

    async def _show_point(self) -> None:
        self._updating = True
        self._fill_seeds()
        self._updating = False
        await self._load()

    async def _seed_selected(self) -> None:
        if not self._updating:
            await self._load()

    def _fill_strengths(self) -> None:
        self._strength.set_options(dict(enumerate(point.strength for point in self._points)))

    def _fill_seeds(self) -> None:
        seeds = [] if self._point is None else [item.seed for item in self._point.conditions]
        self._seed.set_options({index: f"seed {seed}" for index, seed in enumerate(seeds)})
        self._seed.value = 0 if seeds else None
        self._seed.set_visibility(len(seeds) > 1)

    @property
    def _points(self) -> tuple[ChartPoint, ...]:
        for chart in self._folder.charts:
            for line in chart.lines:
                if (chart.corruption, line.model) == (self._corruption.value, self._model.value):
                    return line.points
        return ()

    @property
    def _point(self) -> ChartPoint | None:
        return None if self._strength.value is None else self._points[self._strength.value]

    @property
    def _condition(self) -> Condition | None:
        return None if self._point is None else self._point.conditions[self._seed.value or 0]

    async def _load(self) -> None:
        """Find the misclassified images of the selected point and show the first of them."""
        point, condition, model = self._point, self._condition, str(self._model.value)
        if point is None or condition is None:
            return
        self._requests += 1
        request = self._requests
        self._error.text = ""
        results = self._folder.results
        try:
            found = await run.io_bound(find_misclassified, results, model, condition)
        except StudyError as error:
            self._error.text = str(error)
            return
        if found is None or request != self._requests:  # None when the server stops
            return
        self._images = found
        seed = "" if condition.seed is None else f", noise seed {condition.seed}"
        self._summary.text = (
            f"{model} misclassifies {len(found):,} of {results.images.count:,} images "
            f"at {point.strength}{seed}."
        )
        self._tiles.clear()
        await self._add_tiles(condition, 0, request)

    async def _show_more(self) -> None:
        if (condition := self._condition) is not None:
            await self._add_tiles(condition, len(self._tiles.default_slot.children), self._requests)

    async def _add_tiles(self, condition: Condition, start: int, request: int) -> None:
        images = self._images[start : start + PAGE_SIZE]
        if not images:
            self._more.set_visibility(False)
            return
        try:
            numbers = [image.number for image in images]
            uris = await run.io_bound(self._image_uris, condition, numbers)
        except StudyError as error:
            self._error.text = str(error)
            uris = [""] * len(images)
        if uris is None or request != self._requests:
            return
        state, digest = self._state, self._folder.results.images.digest
        playable = state.ready and state.data.digest == digest  # Play has the images of this folder
        with self._tiles:
            for image, uri in zip(images, uris, strict=True):
                _build_tile(image, uri, condition if playable else None)
        left = len(self._images) - start - len(images)
        self._more.set_visibility(left > 0)
        self._more.text = f"Show more ({left:,} left)"

    def _image_uris(self, condition: Condition, numbers: list[int]) -> list[str]:
        """Return images as the model saw them; runs in a thread."""
        if self._originals is None:
            loaded = self._state.data if self._state.ready else None
            self._originals = original_images(self._folder.results, loaded)
        return [png_uri(image) for image in corrupted_images(self._originals, condition, numbers)]


def _build_tile(image: MisclassifiedImage, uri: str, condition: Condition | None) -> None:
    """Build an image with its classes; with a condition, it links to the image in Play."""
    with ui.element("li"):
        if condition is None:
            frame = ui.element("div")
        else:
            source = ImageSource("test", image.number)
            view = PlayView(source, condition.pipeline, 1.0, condition.seed or 0)
            frame = ui.link(target="/" + to_query(view)).props('title="Open in Play"')
        with frame:
            if uri:
                picture = ui.element("img").classes("pixels")
                text = f"test image {image.number}, {image.true}, predicted as {image.predicted}"
                picture.props["src"], picture.props["alt"] = uri, text
        ui.label(f"{image.true} → {image.predicted}").classes("answer")
        ui.label(percent(image.confidence)).classes("note")
