"""What a page shows while data and models get ready."""

from collections.abc import Callable

from nicegui import ui

from studies.explorer.context import Context

EVERY = 0.2
"""Seconds between two looks at how far it has come."""


def when_ready(context: Context, build: Callable[[], None]) -> None:
    """Build something now, or as soon as the context is ready; until then show how it goes on.

    Parameters
    ----------
    context
        Whose readiness is waited for.
    build
        Builds the rest of the page, in the place of what is shown meanwhile.
    """
    if context.ready:
        build()
        return
    place = ui.element("div")
    with place, ui.element("section").classes("panel narrow"):
        title = ui.label("Getting ready").classes("title")
        said = ui.label().props("role=status")
        bar = ui.linear_progress(0, show_value=False).props('aria-label="Progress" rounded')
        ui.label(
            "Models that are not there yet are trained on this machine, once; they stay in "
            f"{context.folder}."
        ).classes("note")
        trouble = ui.label().classes("trouble").props("role=alert")
        again = ui.button("Try again", on_click=context.start).props(
            "no-caps unelevated text-color=on-accent"
        )

    def look() -> None:
        state = context.state
        said.text, bar.value = state.text, state.fraction
        failed = state.step == "failed"
        title.text = "This could not be prepared" if failed else "Getting ready"
        said.set_visibility(not failed)
        bar.set_visibility(not failed)
        again.set_visibility(failed)
        trouble.text = state.text if failed else ""
        if context.ready:
            timer.cancel()
            place.clear()
            with place:
                build()

    timer = ui.timer(EVERY, look)
    look()
