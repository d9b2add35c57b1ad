"""A field to draw in, for mouse and finger."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

EVERY = 0.12
"""Seconds between two messages while a stroke is drawn; the last is always sent."""


class Sketchpad(Element, component="sketchpad.js"):
    """A square field.

    Parameters
    ----------
    on_strokes
        Called with what the browser sends after each move, all strokes; to be checked by
        `studies.explorer.drawing.read_strokes`.
    """

    def __init__(self, on_strokes: Callable[[Any], None]) -> None:
        super().__init__()

        def heard(event: GenericEventArguments) -> None:
            on_strokes(event.args)

        self.on("strokes", heard, throttle=EVERY)
