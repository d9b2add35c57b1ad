"""The page Curves: the accuracy curves of a results folder, and small sweeps."""

from pathlib import Path
from urllib.parse import quote

from nicegui import events, run, ui

from studies.core.errors import StudyError
from studies.explorer.curves.chart import accuracy_table, chart_options, model_style
from studies.explorer.curves.misclassified import MisclassifiedPanel
from studies.explorer.curves.results_folder import CorruptionChart, ResultsFolder, open_folder
from studies.explorer.curves.sweep_panel import SweepPanel
from studies.explorer.layout import error_label, heading, select
from studies.explorer.state import ExplorerState
from studies.explorer.study import list_folders

STYLE = Path(__file__).parent / "curves.css"

DEFAULT_CHARTS = 6
"""Number of corruptions that are drawn at first; the visitor selects others."""


def build(state: ExplorerState) -> None:
    """Build the page for one visitor."""
    ui.add_css(STYLE)
    CurvesPage(state).build(ui.context.client.request.query_params.get("folder"))


class CurvesPage:
    """The selection of a results folder, its charts, and the sweeps; for one visitor."""

    def __init__(self, state: ExplorerState) -> None:
        self._state = state
        self._folders = list_folders(state.folder)
        self._requests = 0  # only the result of the latest request is shown

    def build(self, name: str | None) -> None:
        """Build the page and open the folder that the address names."""
        with ui.element("section").classes("panel"):
            heading("Accuracy curves", 1)
            self._select = select(list(self._folders), "Results folder", on_change=self._selected)
            self._select.classes("folder")
            self._summary = ui.label().classes("note").props("role=status")
            self._error = error_label()
            with ui.expansion("Run a small sweep").classes("sweep") as self._form:
                SweepPanel(self._state, self._list_again, self._show_folder)
        self._body = ui.element("div")
        ui.timer(0, lambda: self._open_first(name), once=True)

    def _open_first(self, name: str | None) -> None:
        own = self._state.folder.absolute()
        if name is not None and name not in self._folders:
            self._error.text = f"There is no results folder {name} here."
        elif self._folders:
            of_explorer = (folder for folder, path in self._folders.items() if path == own)
            self._select.value = name or next(of_explorer, next(iter(self._folders)))
            return
        if not self._folders:
            self._summary.text = "There are no results yet. A small sweep takes a minute:"
        self._form.open()

    def _list_again(self) -> None:
        self._folders = list_folders(self._state.folder)
        self._select.set_options(list(self._folders))

    def _show_folder(self, folder: Path) -> None:
        """Open a folder; read it again if it is open, since it may have more results now."""
        self._list_again()
        name = {path: name for name, path in self._folders.items()}.get(folder)
        if name is not None and self._select.value == name:
            ui.timer(0, lambda: self._open(name), once=True)
        elif name is not None:
            self._select.value = name

    async def _selected(self, change: events.ValueChangeEventArguments[str | None]) -> None:
        if change.value is not None:
            await self._open(change.value)

    async def _open(self, name: str) -> None:
        """Read a folder and show its charts, or the reason why it cannot be read."""
        self._requests += 1
        request = self._requests
        self._error.text, self._summary.text = "", f"Opening {name}"
        ui.run_javascript(f"explorer.setAddress('?folder={quote(name)}')")
        try:
            folder = await run.io_bound(open_folder, self._folders[name])
        except StudyError as error:
            if request == self._requests:
                self._summary.text, self._error.text = "", str(error)
                self._body.clear()
            return
        if folder is not None and request == self._requests:  # None when the server stops
            self._summary.text = summarize(folder)
            self._body.clear()
            with self._body:
                FolderView(self._state, folder)


class FolderView:
    """The charts of a results folder and its misclassified images, for one visitor."""

    def __init__(self, state: ExplorerState, folder: ResultsFolder) -> None:
        self._folder = folder
        self._models: dict[str, ui.checkbox] = {}
        with ui.element("section").classes("panel choices"):
            self._build_choices()
        self._grid = ui.element("section").classes("charts").props('aria-label="Curves"')
        with ui.element("section").classes("panel"):
            self._misclassified = MisclassifiedPanel(state, folder)
        self._draw_charts()

    def _build_choices(self) -> None:
        with ui.element("div").classes("flow").props('role=group aria-label="Models"'):
            for number, model in enumerate(self._folder.models):
                box = ui.checkbox(model, value=True, on_change=self._redraw_lines)
                self._models[model] = box.style(f"--key: {model_style(number)[0]}").classes("key")
        titles = {chart.corruption: chart.title for chart in self._folder.charts}
        first = list(titles)[:DEFAULT_CHARTS]
        self._corruptions = select(titles, "Corruptions", value=first, multiple=True)
        self._corruptions.on_value_change(self._draw_charts)

    def _draw_charts(self) -> None:
        """Build a card for each selected corruption."""
        self._charts: dict[str, ui.echart] = {}
        self._grid.clear()
        with self._grid:
            for chart in self._folder.charts:
                if chart.corruption in self._corruptions.value:
                    self._build_card(chart)

    def _redraw_lines(self) -> None:
        """Draw the lines of the selected models."""
        for chart in self._folder.charts:
            if element := self._charts.get(chart.corruption):
                element.options.clear()
                element.options.update(self._options(chart))

    def _options(self, chart: CorruptionChart) -> dict[str, object]:
        chance = 1 / len(self._folder.results.evaluation_set.class_names)
        selected = {model for model, box in self._models.items() if box.value}
        return chart_options(chart, self._folder.models, selected, chance)

    def _build_card(self, chart: CorruptionChart) -> None:
        with ui.element("article").classes("panel"):
            heading(chart.title, 2)
            element = ui.echart(
                self._options(chart),
                renderer="svg",
                on_point_click=lambda event: self._point_clicked(chart.corruption, event),
            )
            element.classes("curve-chart").props("role=img")
            element.props["aria-label"] = f"Accuracy under {chart.title}; the numbers are below"
            self._charts[chart.corruption] = element
            with ui.element("details"):
                with ui.element("summary"):
                    ui.label("Numbers")
                ui.html(accuracy_table(chart), sanitize=False).classes("numbers")

    async def _point_clicked(
        self, corruption: str, event: events.EChartPointClickEventArguments
    ) -> None:
        if event.series_type == "line":
            await self._misclassified.show(corruption, event.series_name, event.data_index)


def summarize(folder: ResultsFolder) -> str:
    """Return in one line what a results folder holds."""
    evaluation_set, finished = folder.results.evaluation_set, folder.finished
    models, charts = len(folder.models), len(folder.charts)
    text = (
        f"{evaluation_set.images.count:,} images of {evaluation_set.data}, "
        f"{models} {'model' if models == 1 else 'models'}, "
        f"{charts} {'corruption' if charts == 1 else 'corruptions'}."
    )
    if finished < folder.planned:
        text += f" Not finished: {finished:,} of {folder.planned:,} cells"
        text += f", {folder.failures:,} failed." if folder.failures else "."
    return text
