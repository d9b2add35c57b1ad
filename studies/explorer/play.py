"""The page Play: spoil one image and watch the models lose it."""

import json
from collections.abc import Awaitable
from functools import lru_cache
from typing import Any

from nicegui import background_tasks, run, ui

from noiselib import SpecError, Transform
from studies.explorer.answer_panel import AnswerPanel
from studies.explorer.context import Context
from studies.explorer.image_panel import ImagePanel
from studies.explorer.latest import Latest
from studies.explorer.pipeline_panel import PipelinePanel
from studies.explorer.scene_panel import ScenePanel
from studies.explorer.seen import Seen
from studies.explorer.view import Source, View, from_query, to_query
from studies.explorer.waiting import when_ready
from studies.explorer.workbench import Superseded, Workbench, read_spec
from studies.run.engine import describe

Wish = tuple[View, Transform]


def build(context: Context) -> None:
    """Build the page for one visitor; the view is in the address."""
    query = dict(ui.context.client.request.query_params)
    when_ready(context, lambda: Play(context, _bench(context), query).build())


@lru_cache(maxsize=1)
def _bench(context: Context) -> Workbench:
    """Return the one workbench of all visitors, with what it remembers."""
    return Workbench(context)


class Play:
    """What one visitor looks at, and the panels that show and change it.

    Parameters
    ----------
    context, bench
        Data and models, and what computes on them.
    query
        Fields of the address that the page was opened with.
    """

    def __init__(self, context: Context, bench: Workbench, query: dict[str, str]) -> None:
        self._context, self._bench = context, bench
        self._client = ui.context.client
        data = context.data
        first = bench.first_view()
        self.view, self._mistakes = from_query(
            query, first, images=len(data.test_images), shape=data.image_shape
        )
        self.transform = read_spec(first.spec)
        self._latest: Latest[Wish] = Latest(self._show, _spawn)

    def build(self) -> None:
        """Build the panels and show the first view."""
        context, bench = self._context, self._bench
        for mistake in self._mistakes:
            ui.label(f"The address was not understood: {mistake}.").classes("trouble").props(
                "role=alert"
            )
        with ui.element("div").classes("play"):
            self._image = ImagePanel(self, context, bench)
            with ui.element("div").classes("scene-area"):
                self._scene = ScenePanel(self, bench.steps, context.class_names)
                self._answers = AnswerPanel(list(context.predictors), context.class_names)
            self._pipeline = PipelinePanel(self)
        self._image.open(self.view.source.origin)
        self._open_spec(self.view.spec)

    def change(
        self,
        *,
        source: Source | None = None,
        transform: Transform | None = None,
        t: float | None = None,
        seed: int | None = None,
    ) -> None:
        """Look at something else; what is left out stays. A wish for what is shown does nothing."""
        self.transform = self.transform if transform is None else transform
        view = View(
            self.view.source if source is None else source,
            str(self.transform),
            self.view.t if t is None else t,
            self.view.seed if seed is None else seed,
        )
        if view == self.view:
            return
        if view.spec != self.view.spec:
            self._pipeline.follow(self.transform)
        self.view = view
        self._follow()

    def _open_spec(self, spec: str) -> None:
        """Begin with the corruption of the address; a wrong one is shown as it is, and why."""
        wrong = ""
        try:
            self.transform = read_spec(spec)
        except SpecError as error:
            wrong = str(error)
        view = self.view
        self.view = View(view.source, str(self.transform), view.t, view.seed)
        self._pipeline.follow(self.transform)
        self._follow()
        if wrong:
            self._pipeline.leave(spec, wrong)

    def _follow(self) -> None:
        """Bring the panels and the address to the view, and have it computed."""
        self._scene.follow(self.view, self.transform)
        self._image.follow(self.view)
        self._client.run_javascript(f"explorer.setAddress({json.dumps(to_query(self.view))})")
        self._latest.ask((self.view, self.transform))

    async def _show(self, wish: Wish) -> None:
        """Compute and show a view, then how the models fare along its path."""
        try:
            seen = await run.io_bound(self._bench.look, *wish)
            if seen is None or self._client.is_deleted:
                return
            with self._client:
                self._show_seen(seen)
            courses = await run.io_bound(self._bench.courses, *wish, self._still_wanted)
            if courses is None or self._client.is_deleted:
                return
            with self._client:
                self._answers.trace(courses, wish[1], wish[0].t)
                self._scene.mark(courses, self._answers.colours)
        except Superseded:
            return
        except Exception as error:  # whatever corruptions or models raise; the last picture stays
            self._pipeline.say(describe(error))

    def _show_seen(self, seen: Seen) -> None:
        self._scene.show(seen)
        self._answers.show(seen.answers)

    def _still_wanted(self) -> bool:
        return not self._latest.outdated


def _spawn(work: Awaitable[None]) -> Any:
    return background_tasks.create(work, name="showing a view")
