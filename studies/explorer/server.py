"""The server of the pages: where it listens, and what browsers may load."""

import errno
import ipaddress
import socket
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from studies.core.errors import StudyError
from studies.explorer.state import ExplorerState

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PORTS_TRIED = 20
"""Number of ports after an occupied one among which a free one is suggested."""

RECONNECT_TIMEOUT = 10.0
"""Seconds for which the server keeps the page of a browser that is disconnected."""

CONTENT_POLICY = (
    "default-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "  # NiceGUI needs both
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "frame-ancestors 'none'"
)
"""Lets a browser load nothing except from this server."""


def serve(
    state: ExplorerState, host: str, port: int, *, icon: str = "", browser: bool = False
) -> None:
    """Load data and models in the background and serve the pages until Ctrl-C.

    Parameters
    ----------
    state : ExplorerState
    host : str
    port : int
    icon : str, default=""
        The icon of the pages, as SVG.
    browser : bool, default=False
        Whether to open a browser.

    Raises
    ------
    StudyError
        When NiceGUI is not installed.
    """
    try:
        from nicegui import app, ui
    except ModuleNotFoundError as error:
        if error.name != "nicegui":
            raise
        raise StudyError(
            "the explorer needs NiceGUI, which is not installed: "
            'python -m pip install -e ".[app,explorer]"'
        ) from None
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from studies.explorer.layout import APP_NAME

    register_pages(state)
    if is_loopback(host):  # against DNS rebinding
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", host])
    app.on_startup(state.start_loading)
    try:
        ui.run(
            host=host,
            port=port,
            title=APP_NAME,
            favicon=icon or None,
            dark=None,
            language="en-US",
            reconnect_timeout=RECONNECT_TIMEOUT,
            reload=False,
            show=browser,
            show_welcome_message=False,
            tailwind=False,
            timeout_graceful_shutdown=1,
        )
    except KeyboardInterrupt:  # Ctrl-C is the normal end
        return


def register_pages(state: ExplorerState) -> None:
    """Register the pages with NiceGUI, which builds a page for each visit."""
    from nicegui import app, ui

    from studies.explorer import curves, gallery, layout, play

    layout.add_shared_assets()
    app.add_middleware(ContentPolicy)
    app.on_page_exception(layout.show_build_error)
    app.add_exception_handler(404, layout.show_not_found)
    builders = {"/": play.build, "/curves": curves.build, "/gallery": gallery.build}

    def page(path: str) -> None:
        with layout.page_layout(path):
            builders[path](state)

    for name, path in layout.TABS.items():
        ui.page(path, title=f"{name} - {layout.APP_NAME}")(partial(page, path))
    gallery.register_strips(state)


class ContentPolicy:
    """Middleware that adds `CONTENT_POLICY` to every response."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Handle a request."""

        async def send_with_policy(message: "Message") -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", CONTENT_POLICY.encode())
                referrer = (b"referrer-policy", b"no-referrer")
                message["headers"] = [*message["headers"], policy, referrer]
            await send(message)

        await self._app(scope, receive, send_with_policy if scope["type"] == "http" else send)


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def free_port(host: str, port: int) -> int:
    """Return the port if it is free, or any free port for 0.

    Raises
    ------
    StudyError
        When the port is in use, with a free one; or when the address is not of this machine.
    """
    if (found := _bind(host, port)) is not None:
        return found
    candidates = range(port + 1, min(port + PORTS_TRIED, 65_536))
    other = next((candidate for candidate in candidates if _bind(host, candidate)), 0)
    raise StudyError(
        f"port {port} is in use; if that is an explorer, open http://{host}:{port}, "
        f"and if not, type --port {other}" + ("" if other else " for any free one")
    )


def _bind(host: str, port: int) -> int | None:
    """Return the port if a server can listen on it; None if it is in use."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return None
        raise StudyError(
            f"cannot listen on {host} port {port}: {error.strerror}; the address of this machine "
            "alone is 127.0.0.1, and ports below 1024 often need more rights"
        ) from None
