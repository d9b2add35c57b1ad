"""The page Play: corrupt one image and watch the predictions of the models."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from nicegui import background_tasks, run, ui

import noiselib
from noiselib import SpecError, Transform
from studies.explorer.layout import build_when_ready, error_label
from studies.explorer.play.evaluator import Evaluator, Superseded
from studies.explorer.play.image_panel import ImagePanel
from studies.explorer.play.pipeline_panel import PipelinePanel
from studies.explorer.play.result_panel import ImagesPanel, PredictionsPanel
from studies.explorer.state import ExplorerState
from studies.explorer.view import ImageSource, PlayView, from_query, to_query
from studies.run.engine import describe

STYLE = Path(__file__).parent / "play.css"
DEFAULT_VIEW = PlayView(ImageSource("test", 0), "gaussian_noise(sigma=0.5)", 0.5, 0)

Request = TypeVar("Request")


def build(state: ExplorerState) -> None:
    """Build the page for one visitor; its address holds the view."""
    ui.add_css(STYLE)
    query = dict(ui.context.client.request.query_params)
    build_when_ready(state, lambda: PlayPage(state, _shared_evaluator(state), query).build())


@lru_cache(maxsize=1)
def _shared_evaluator(state: ExplorerState) -> Evaluator:
    """Return the evaluator of all visitors, with its cache."""
    return Evaluator(state)


class PlayPage:
    """The view of one visitor, and the panels that show it and call `change`."""

    def __init__(self, state: ExplorerState, evaluator: Evaluator, query: dict[str, str]) -> None:
        self._state, self._evaluator = state, evaluator
        self._client = ui.context.client
        data = state.data
        self.view, self._mistakes = from_query(
            query, DEFAULT_VIEW, images=len(data.test_images), shape=data.image_shape
        )
        self.transform = noiselib.parse(DEFAULT_VIEW.spec)
        self._request: LatestRequest[tuple[PlayView, Transform]] = LatestRequest(
            self._show, lambda task: background_tasks.create(task, name="showing a view")
        )

    def build(self) -> None:
        """Build the panels and show the first view."""
        state, evaluator = self._state, self._evaluator
        for mistake in self._mistakes:
            error_label(f"A part of the address was ignored: {mistake}.")
        with ui.element("div").classes("play"):
            self._image = ImagePanel(self, state, evaluator)
            with ui.element("div").classes("results"):
                names = state.data.class_names
                self._images = ImagesPanel(self, evaluator.steps, names)
                self._predictions = PredictionsPanel(list(state.predictors), names)
            self._pipeline = PipelinePanel(self)
        self._open_spec(self.view.spec)

    def change(self, transform: Transform | None = None, **fields: Any) -> None:
        """Change the corruption of the view, or its fields ``source``, ``t`` and ``seed``."""
        self.transform = self.transform if transform is None else transform
        view = replace(self.view, spec=str(self.transform), **fields)
        if view == self.view:
            return
        if view.spec != self.view.spec:
            self._pipeline.update(self.transform)
        self.view = view
        self._update()

    def _open_spec(self, spec: str) -> None:
        """Show the corruption of the address; an invalid one is shown as text with its error."""
        mistake = ""
        try:
            self.transform = noiselib.parse(spec)
        except SpecError as error:
            mistake = str(error)
        self.view = replace(self.view, spec=str(self.transform))
        self._pipeline.update(self.transform)
        self._update()
        if mistake:
            self._pipeline.show_invalid(spec, mistake)

    def _update(self) -> None:
        """Update the panels and the address, and request the results of the view."""
        self._images.update(self.view, self.transform)
        self._image.update(self.view)
        self._client.run_javascript(f"explorer.setAddress({json.dumps(to_query(self.view))})")
        self._request.submit((self.view, self.transform))

    async def _show(self, request: tuple[PlayView, Transform]) -> None:
        """Compute and show a view, then the confidence over its severity range."""
        view, transform = request
        try:
            result = await run.io_bound(self._evaluator.evaluate, view, transform)
            if result is None or self._client.is_deleted:
                return
            with self._client:
                self._images.show(result)
                self._predictions.show(result.predictions)
            compute = self._evaluator.confidence_curves
            curves = await run.io_bound(
                compute, view, transform, lambda: not self._request.superseded
            )
            if curves is None or self._client.is_deleted:
                return
            with self._client:
                self._predictions.show_curves(curves, transform, view.t)
                self._images.show_marks(curves)
        except Superseded:
            return
        except Exception as error:  # of any corruption or model; the last images stay
            self._pipeline.show_error(describe(error))


class LatestRequest(Generic[Request]):
    """Works on one request at a time, and then on the latest one that has arrived meanwhile.

    Requests therefore never queue up while a slider moves faster than images are computed. The
    function `work` must not raise; `start_task` runs a coroutine in the background.
    """

    def __init__(
        self,
        work: Callable[[Request], Awaitable[None]],
        start_task: Callable[[Awaitable[None]], object],
    ) -> None:
        self._work, self._start_task = work, start_task
        self._next: list[Request] = []
        self._busy = False

    @property
    def superseded(self) -> bool:
        """Whether a newer request waits than the one in work."""
        return bool(self._next)

    def submit(self, request: Request) -> None:
        """Replace the waiting request, if there is one."""
        self._next = [request]
        if not self._busy:
            self._busy = True
            self._start_task(self._run())

    async def _run(self) -> None:
        try:
            while self._next:
                await self._work(self._next.pop())
        finally:
            self._busy = False
