"""The pages together: one header, one look, everything served from this machine.

NiceGUI runs without Tailwind here, which would compile in the browser at every visit: the look is
``style.css``, with the classes ``panel``, ``note``, ``trouble`` and ``pixels`` for all pages.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from studies.explorer.context import Context

if TYPE_CHECKING:
    from fastapi import Request, Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HERE = Path(__file__).parent
NAME = "Robustness explorer"
TABS = (("Play", "/"), ("Curves", "/curves"), ("Gallery", "/gallery"))
THEMES = {"dark": True, "light": False}
"""Values of the cookie ``theme``; without it, the page is as the system is."""

POLICY = (
    "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "  # NiceGUI's own page needs both
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; "
    "font-src 'self' data:; "
    "connect-src 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'; "
    "form-action 'self'"
)
"""What a browser may load and ask for: nothing but this server."""


def register_pages(context: Context) -> None:
    """Tell NiceGUI the pages; each visit to one builds it anew, for that visitor alone."""
    from nicegui import app, ui

    from studies.explorer import curves, gallery, play
    from studies.explorer.strips import serve_strips

    ui.add_css(HERE / "style.css", shared=True)
    script = (HERE / "page.js").read_text(encoding="utf-8")
    ui.add_head_html(f"<script>{script}</script>", shared=True)
    app.add_middleware(OnlyThisServer)
    app.on_page_exception(_show_failure)
    app.add_exception_handler(404, _show_no_page)
    builders: dict[str, Callable[[Context], None]] = {
        "/": play.build,
        "/curves": curves.build,
        "/gallery": gallery.build,
    }
    for name, path in TABS:
        _register(name, path, builders[path], context)
    serve_strips(context)


def _register(name: str, path: str, build: Callable[[Context], None], context: Context) -> None:
    from nicegui import ui

    @ui.page(path, title=f"{name} - {NAME}")
    def _page() -> None:
        with frame(path):
            build(context)


def frame(current: str) -> "Main":
    """Build what all pages have, and return the element that holds what is the page's own.

    Parameters
    ----------
    current
        Path of the tab that this is.
    """
    from nicegui import ui

    ui.colors(primary="#0072B2")
    ui.dark_mode(THEMES.get(ui.context.client.request.cookies.get("theme", "")))
    ui.link("Skip to the page", "#main").classes("skip")
    with ui.element("header").classes("bar"):
        ui.label(NAME).classes("brand")
        with ui.element("nav").props('aria-label="Pages"'):
            for name, path in TABS:
                here = ' aria-current="page"' if path == current else ""
                ui.link(name, path).classes("tab").props(here)
        ui.button(icon="contrast").props('flat round aria-label="Switch light and dark"').classes(
            "theme"
        ).on("click", js_handler="() => explorer.switchTheme()")
    return Main()


class Main:
    """The page's own part, as a context: ``with frame(path): ...``."""

    def __enter__(self) -> None:
        from nicegui import ui

        self._element = ui.element("div").props("id=main tabindex=-1")
        self._element.__enter__()

    def __exit__(self, *error: object) -> None:
        self._element.__exit__(*error)


def _show_failure(error: Exception) -> None:
    """Say that a page could not be built."""
    from nicegui import ui

    with frame(""), ui.element("section").classes("panel narrow"):
        ui.label("This page could not be built").classes("title")
        ui.label(f"{type(error).__name__}: {error}").classes("trouble").props("role=alert")
        ui.label(
            "The other pages are not concerned. Where the address holds a view, the shorter one "
            "of the tab above starts afresh."
        )


async def _show_no_page(request: "Request", error: Exception) -> "Response":
    """Say that there is no such page; to what is no browser, in one line."""
    del error
    from fastapi.responses import PlainTextResponse
    from nicegui import Client, ui

    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse("there is nothing here", status_code=404)
    client = Client(ui.page("/_no_page", title=f"No page - {NAME}"), request=request)
    with client, frame(""), ui.element("section").classes("panel narrow"):
        ui.label("There is no such page").classes("title")
        ui.label(f"Nothing is called {request.url.path} here; the pages are above.")
    return client.build_response(request, 404)


class OnlyThisServer:
    """Middleware that tells browsers to ask nobody but this server."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on a request, and add the policy to the answer."""

        async def sending(message: "Message") -> None:
            if message["type"] == "http.response.start":
                extra = (b"content-security-policy", POLICY.encode())
                quiet = (b"referrer-policy", b"no-referrer")
                message["headers"] = [*message["headers"], extra, quiet]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
