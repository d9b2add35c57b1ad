"""The server behind the pages."""

from studies.core.errors import StudyError
from studies.explorer.app import NAME, register_pages
from studies.explorer.context import Context
from studies.explorer.listening import is_loopback

RECONNECT = 10.0
"""Seconds for which the server keeps the page of a browser that was lost."""


def serve(context: Context, host: str, port: int, *, icon: str = "", browser: bool = False) -> None:
    """Prepare in the background and serve the pages, until Ctrl-C.

    Parameters
    ----------
    context
        What the pages are about.
    host, port
        Where to listen.
    icon
        The pages' icon, as SVG.
    browser
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

    register_pages(context)
    if is_loopback(host):  # no page of another name may be led here
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", host])
    app.on_startup(context.start)
    try:
        ui.run(
            host=host,
            port=port,
            title=NAME,
            favicon=icon or None,
            dark=None,
            language="en-US",
            reconnect_timeout=RECONNECT,
            reload=False,
            show=browser,
            show_welcome_message=False,
            tailwind=False,
            timeout_graceful_shutdown=1,
        )
    except KeyboardInterrupt:  # the way to end it
        return
