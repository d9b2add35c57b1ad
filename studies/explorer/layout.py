"""What all pages have in common: header, notices, buttons, and images for the browser.

NiceGUI runs without Tailwind, which would compile styles in the browser at each visit. All pages
share ``style.css`` with the classes ``panel``, ``note``, ``error`` and ``pixels``.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from nicegui import Client, ui

from studies.explorer.state import ExplorerState
from studies.report.images import data_uri

if TYPE_CHECKING:
    from fastapi import Request, Response

ASSETS = Path(__file__).parent
APP_NAME = "Robustness explorer"
TABS = {"Play": "/", "Curves": "/curves", "Gallery": "/gallery"}

THEMES = {"dark": True, "light": False}
"""Values of the cookie ``theme``; without it, the page has the theme of the system."""

POLL_INTERVAL = 0.2
"""Seconds between two updates of the loading notice."""

ORANGE, BLUE = (230, 110, 10), (0, 114, 178)
"""Colours of the difference, which colour-blind readers can distinguish."""

_CODE = re.compile(r"``(.+?)``|`(.+?)`", re.DOTALL)


def add_shared_assets() -> None:
    """Add the style sheet and the script of all pages."""
    ui.add_css(ASSETS / "style.css", shared=True)
    script = (ASSETS / "page.js").read_text(encoding="utf-8")
    ui.add_head_html(f"<script>{script}</script>", shared=True)


@contextmanager
def page_layout(current: str) -> Iterator[None]:
    """Build the header of the page at a path; the context builds the content of the page."""
    ui.colors(primary="#0072B2")
    ui.dark_mode(THEMES.get(ui.context.client.request.cookies.get("theme", "")))
    ui.link("Skip to the page", "#main").classes("skip")
    with ui.element("header").classes("bar"):
        ui.label(APP_NAME).classes("brand")
        with ui.element("nav").props('aria-label="Pages"'):
            for name, path in TABS.items():
                here = ' aria-current="page"' if path == current else ""
                ui.link(name, path).classes("tab").props(here)
        theme = ui.button(icon="contrast").props('flat round aria-label="Switch light and dark"')
        theme.classes("theme").on("click", js_handler="() => explorer.switchTheme()")
    with ui.element("div").props("id=main tabindex=-1"):
        yield


def show_build_error(error: Exception) -> None:
    """Show that a page could not be built."""
    with page_layout(""), ui.element("section").classes("panel narrow"):
        ui.label("This page could not be built").classes("title")
        error_label(f"{type(error).__name__}: {error}")
        ui.label(
            "The other pages still work. If the address of this page has parameters, its tab "
            "above opens it without them."
        )


async def show_not_found(request: "Request", error: Exception) -> "Response":
    """Show that a page does not exist; in one line to a client that is not a browser."""
    del error
    from fastapi.responses import PlainTextResponse

    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse("not found", status_code=404)
    client = Client(ui.page("/_not_found", title=f"Page not found - {APP_NAME}"), request=request)
    with client, page_layout(""), ui.element("section").classes("panel narrow"):
        ui.label("Page not found").classes("title")
        ui.label(f"There is no page at {request.url.path}. Use the tabs above.")
    return client.build_response(request, 404)


def build_when_ready(state: ExplorerState, build: Callable[[], None]) -> None:
    """Build the content of a page once data and models are loaded; show the progress before."""
    if state.ready:
        build()
        return
    place = ui.element("div")
    with place, ui.element("section").classes("panel narrow"):
        title = ui.label().classes("title")
        step = ui.label().props("role=status")
        bar = ui.linear_progress(0, show_value=False).props('aria-label="Progress" rounded')
        ui.label(
            "Models that are not trained yet are trained once on this machine and stored in "
            f"{state.folder}."
        ).classes("note")
        reason = error_label()
        retry = ui.button("Try again", on_click=state.start_loading)
        retry.props("no-caps unelevated text-color=on-accent")

    def update() -> None:
        status = state.status
        step.text, bar.value = status.text, status.fraction
        failed = status.step == "failed"
        title.text = "Loading failed" if failed else "Loading data and models"
        for element in (step, bar):
            element.set_visibility(not failed)
        retry.set_visibility(failed)
        reason.text = status.text if failed else ""
        if state.ready:
            timer.cancel()
            place.clear()
            with place:
                build()

    timer = ui.timer(POLL_INTERVAL, update)
    update()


def heading(text: str, level: int, classes: str = "title") -> ui.label:
    """Return a heading, which screen readers list by level."""
    return ui.label(text).classes(classes).props(f"role=heading aria-level={level}")


def error_label(text: str = "") -> ui.label:
    """Return the place of an error, which screen readers announce."""
    return ui.label(text).classes("error").props("role=alert")


def icon_button(
    label: str, icon: str, on_click: Callable[..., Any] | None = None, *, small: bool = False
) -> ui.button:
    """Return a button that shows an icon alone; screen readers read its label."""
    button = ui.button(icon=icon, on_click=on_click)
    button.props("flat round dense size=sm" if small else "flat round dense")
    button.props["aria-label"] = label
    return button


def select(options: Any, label: str, *, multiple: bool = False, **settings: Any) -> ui.select:
    """Return a field to select one or several of the options."""
    field = ui.select(options, label=label, multiple=multiple, **settings)
    return field.props("use-chips outlined dense" if multiple else "outlined dense")


def docs_html(text: str) -> str:
    """Return the text of a docstring as HTML: code in backticks is marked, all text escaped."""
    return _CODE.sub(r"<code>\1\2</code>", escape(text))


def png(image: npt.NDArray[np.uint8]) -> bytes:
    """Return an image (h, w, c) as a PNG file: its first channel unless it has 3 or 4."""
    from PIL import Image

    shown = image if image.shape[2] in {3, 4} else image[..., 0]
    file = io.BytesIO()
    Image.fromarray(shown).save(file, format="png", compress_level=1)
    return file.getvalue()


def png_uri(image: npt.NDArray[np.uint8]) -> str:
    """Return an image, as in `png`, as a data URI: ``data:image/png;base64,...``."""
    return data_uri(png(image), "png")


def difference(
    clean: npt.NDArray[np.uint8], corrupted: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """Return how a corruption changed an image, as an RGBA image (h, w, 4).

    Brighter pixels are orange and darker ones blue. The opacity is the square root of the change,
    as the mean over the channels; unchanged pixels are transparent.
    """
    change = (corrupted.astype(np.float64) - clean).mean(axis=-1) / 255
    image = np.empty((*change.shape, 4), np.uint8)
    image[..., :3] = np.where((change > 0)[..., None], ORANGE, BLUE)
    image[..., 3] = np.rint(255 * np.sqrt(np.abs(change)))
    return image
