"""The page Curves: the accuracy curves of a results folder, and small sweeps."""

from pathlib import Path
from urllib.parse import quote

from nicegui import events, run, ui

from studies.core.errors import StudyError
from studies.explorer.curves.chart import accuracy_table, chart_options, model_style
from studies.explorer.curves.misclassified import MisclassifiedPanel
from studies.explorer.curves.results_folder import CorruptionChart, ResultsFolder, open_folder
from studies.explorer.curves.sweep_panel import SweepPanel
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
    """The selected results folder, its charts, and the sweeps; for one visitor."""

    def __init__(self, state: ExplorerState) -> None:
        self._state = state
        self._folders = list_folders(state.folder)
        self._folder: ResultsFolder | None = None
        self._requests = 0  # only the result of the latest request is shown
        self._charts: dict[str, ui.echart] = {}
        self._models: dict[str, ui.checkbox] = {}
        self._misclassified: MisclassifiedPanel | None = None

    def build(self, name: str | None) -> None:
        """Build the page and open the folder that the address names."""
        with ui.element("section").classes("panel"):
            ui.label("Accuracy curves").classes("title").props("role=heading aria-level=1")
            self._select = ui.select(
                list(self._folders), label="Results folder", on_change=self._selected
            )
            self._select.props("outlined dense").classes("folder")
            self._summary = ui.label().classes("note").props("role=status")
            self._error = ui.label().classes("error").props("role=alert")
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
            self._folder = folder
            self._summary.text = summarize(folder)
            self._show(folder)

    def _show(self, folder: ResultsFolder) -> None:
        self._body.clear()
        with self._body:
            with ui.element("section").classes("panel choices"):
                self._build_choices(folder)
            self._grid = ui.element("section").classes("charts").props('aria-label="Curves"')
            with ui.element("section").classes("panel"):
                self._misclassified = MisclassifiedPanel(self._state, folder)
        self._draw_charts()

    def _build_choices(self, folder: ResultsFolder) -> None:
        self._models = {}
        with ui.element("div").classes("flow").props('role=group aria-label="Models"'):
            for number, model in enumerate(folder.models):
                box = ui.checkbox(model, value=True, on_change=self._redraw_lines)
                self._models[model] = box.style(f"--key: {model_style(number)[0]}").classes("key")
        titles = {chart.corruption: chart.title for chart in folder.charts}
        self._corruptions = ui.select(
            titles,
            label="Corruptions",
            value=list(titles)[:DEFAULT_CHARTS],
            multiple=True,
            on_change=self._draw_charts,
        ).props("use-chips outlined dense")

    def _draw_charts(self) -> None:
        """Build a card for each selected corruption."""
        folder = self._folder
        if folder is None:
            return
        self._grid.clear()
        self._charts = {}
        with self._grid:
            for chart in folder.charts:
                if chart.corruption in self._corruptions.value:
                    self._build_card(chart, folder)

    def _redraw_lines(self) -> None:
        """Draw the lines of the selected models."""
        if self._folder is None:
            return
        for chart in self._folder.charts:
            if element := self._charts.get(chart.corruption):
                element.options.clear()
                element.options.update(self._options(chart, self._folder))

    def _options(self, chart: CorruptionChart, folder: ResultsFolder) -> dict[str, object]:
        chance = 1 / len(folder.results.evaluation_set.class_names)
        selected = {model for model, box in self._models.items() if box.value}
        return chart_options(chart, folder.models, selected, chance)

    def _build_card(self, chart: CorruptionChart, folder: ResultsFolder) -> None:
        with ui.element("article").classes("panel"):
            ui.label(chart.title).classes("title").props("role=heading aria-level=2")
            element = ui.echart(
                self._options(chart, folder),
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
        if self._misclassified is not None and event.series_type == "line":
            await self._misclassified.show(corruption, event.series_name, event.data_index)


def summarize(folder: ResultsFolder) -> str:
    """Return in one line what a results folder holds."""
    evaluation_set, finished = folder.results.evaluation_set, folder.finished
    models, charts = len(folder.models), len(folder.charts)
    parts = [
        f"{evaluation_set.images.count:,} images of {evaluation_set.data}",
        f"{models} {'model' if models == 1 else 'models'}",
        f"{charts} {'corruption' if charts == 1 else 'corruptions'}",
    ]
    text = ", ".join(parts) + "."
    if finished < folder.planned:
        text += f" Not finished: {finished:,} of {folder.planned:,} cells"
        text += f", {folder.failures:,} failed." if folder.failures else "."
    return text
