"""The page Curves: how accuracy falls in a results folder, and a small sweep to begin with."""

from pathlib import Path
from urllib.parse import quote

from nicegui import events, run, ui

from studies.core.errors import StudyError
from studies.explorer.charts import chart_options, look, numbers_table
from studies.explorer.context import Context
from studies.explorer.failing_view import FailingView
from studies.explorer.folder_list import list_folders
from studies.explorer.folders import Opened, Panel, open_folder
from studies.explorer.sweep_view import SweepView

STYLE = Path(__file__).parent / "curves.css"

AT_FIRST = 6
"""Corruptions that are drawn without being asked for; others are chosen."""


def build(context: Context) -> None:
    """Build the page for one visitor."""
    ui.add_css(STYLE)
    CurvesPage(context).build(ui.context.client.request.query_params.get("folder"))


class CurvesPage:
    """A results folder, what is shown of it, and the sweeps; for one visitor."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._folders = list_folders(context.folder)
        self._opened: Opened | None = None
        self._asked = 0  # the latest folder wins
        self._charts: dict[str, ui.echart] = {}
        self._models: dict[str, ui.checkbox] = {}
        self._failing: FailingView | None = None

    def build(self, wanted: str | None) -> None:
        """Build the page, and open the folder that the address wants."""
        with ui.element("section").classes("panel"):
            ui.label("How accuracy falls").classes("title").props("role=heading aria-level=1")
            self._choice = ui.select(
                list(self._folders), label="Results folder", on_change=self._chosen
            )
            self._choice.props("outlined dense").classes("folder")
            self._said = ui.label().classes("note").props("role=status")
            self._trouble = ui.label().classes("trouble").props("role=alert")
            with ui.expansion("Run a small sweep").classes("sweep") as self._form:
                self._sweeps = SweepView(self._context, self._list_again, self._show_folder)
        self._body = ui.element("div")
        ui.timer(0, lambda: self._begin(wanted), once=True)

    async def _begin(self, wanted: str | None) -> None:
        own = [
            name for name, path in self._folders.items() if path == self._context.folder.absolute()
        ]
        if wanted is not None and wanted not in self._folders:
            self._trouble.text = f"There is no results folder {wanted} here."
        elif first := ([wanted] if wanted else own or list(self._folders))[:1]:
            self._choice.value = first[0]
            return
        if not self._folders:
            self._said.text = "No sweep was run here yet. A small one takes a minute:"
        self._form.open()

    def _list_again(self) -> None:
        self._folders = list_folders(self._context.folder)
        self._choice.set_options(list(self._folders))

    def _show_folder(self, folder: Path) -> None:
        """Open a folder, also where it is open already and there is more in it now."""
        self._list_again()
        name = {path: name for name, path in self._folders.items()}.get(folder)
        if name is not None and self._choice.value == name:
            ui.timer(0, lambda: self._open(name), once=True)
        elif name is not None:
            self._choice.value = name

    async def _chosen(self, change: events.ValueChangeEventArguments[str | None]) -> None:
        if change.value is not None:
            await self._open(change.value)

    async def _open(self, name: str) -> None:
        """Read a folder and show it; where that fails, say so and show nothing of another one."""
        self._asked += 1
        asked = self._asked
        self._trouble.text, self._said.text = "", f"Opening {name}"
        ui.run_javascript(f"explorer.setAddress('?folder={quote(name)}')")
        try:
            opened = await run.io_bound(open_folder, self._folders[name])
        except StudyError as error:
            if asked == self._asked:
                self._said.text, self._trouble.text = "", str(error)
                self._body.clear()
            return
        if opened is not None and asked == self._asked:  # None as the server stops
            self._opened = opened
            self._said.text = said(opened)
            self._show(opened)

    def _show(self, opened: Opened) -> None:
        self._body.clear()
        with self._body:
            with ui.element("section").classes("panel choices"):
                self._build_choices(opened)
            self._grid = ui.element("section").classes("charts").props('aria-label="Curves"')
            with ui.element("section").classes("panel failing"):
                self._failing = FailingView(self._context, opened)
        self._draw()

    def _build_choices(self, opened: Opened) -> None:
        self._models = {}
        with ui.element("div").classes("flow").props('role=group aria-label="Models"'):
            for number, model in enumerate(opened.models):
                box = ui.checkbox(model, value=True, on_change=self._redraw)
                self._models[model] = box.style(f"--key: {look(number)[0]}").classes("key")
        titles = {panel.corruption: panel.title for panel in opened.panels}
        self._corruptions = ui.select(
            titles,
            label="Corruptions",
            value=list(titles)[:AT_FIRST],
            multiple=True,
            on_change=self._draw,
        ).props("use-chips outlined dense")

    @property
    def _shown_models(self) -> set[str]:
        return {model for model, box in self._models.items() if box.value}

    def _draw(self) -> None:
        """Build a card for each corruption that is chosen."""
        opened = self._opened
        if opened is None:
            return
        self._grid.clear()
        self._charts = {}
        with self._grid:
            for panel in opened.panels:
                if panel.corruption in self._corruptions.value:
                    self._build_card(panel, opened)

    def _redraw(self) -> None:
        """Draw the lines of the models that are chosen now."""
        if self._opened is None:
            return
        for panel in self._opened.panels:
            if chart := self._charts.get(panel.corruption):
                chart.options.clear()
                chart.options.update(self._options(panel, self._opened))

    def _options(self, panel: Panel, opened: Opened) -> dict[str, object]:
        chance = 1 / len(opened.results.evaluation_set.class_names)
        return chart_options(panel, opened.models, self._shown_models, chance)

    def _build_card(self, panel: Panel, opened: Opened) -> None:
        with ui.element("article").classes("panel"):
            ui.label(panel.title).classes("title").props("role=heading aria-level=2")
            chart = ui.echart(
                self._options(panel, opened),
                renderer="svg",
                on_point_click=lambda event: self._clicked(panel.corruption, event),
            )
            chart.classes("curve-chart").props("role=img")
            chart.props["aria-label"] = f"Accuracy under {panel.title}; the numbers are below"
            self._charts[panel.corruption] = chart
            with ui.element("details"):
                with ui.element("summary"):
                    ui.label("Numbers")
                ui.html(numbers_table(panel), sanitize=False).classes("numbers")

    async def _clicked(self, corruption: str, event: events.EChartPointClickEventArguments) -> None:
        if self._failing is not None and event.series_type == "line":
            await self._failing.show(corruption, event.series_name, event.data_index)


def said(opened: Opened) -> str:
    """Say in a line what a results folder holds."""
    evaluation_set, finished = opened.results.evaluation_set, opened.finished
    models, panels = len(opened.models), len(opened.panels)
    parts = [
        f"{evaluation_set.images.count:,} images of {evaluation_set.data}",
        f"{models} {'model' if models == 1 else 'models'}",
        f"{panels} {'corruption' if panels == 1 else 'corruptions'}",
    ]
    text = ", ".join(parts) + "."
    if finished < opened.planned:
        text += f" Not finished: {finished:,} of {opened.planned:,} cells"
        text += f", {opened.failures:,} failed." if opened.failures else "."
    return text
