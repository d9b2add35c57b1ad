"""The right of Play: what each model says, and where it loses the image."""

from collections.abc import Sequence

from nicegui import ui

from noiselib import Transform
from studies.explorer.answers import answer_html, course_html
from studies.explorer.seen import Answer, Course

COLOURS = 4
"""The style has so many colours for models; then they begin anew."""


class AnswerPanel:
    """A card a model; for one visitor.

    Parameters
    ----------
    models
        Their names, in order.
    class_names
        Of the data.
    """

    def __init__(self, models: Sequence[str], class_names: Sequence[str]) -> None:
        self._class_names = class_names
        self.colours = {name: f"model-{number % COLOURS}" for number, name in enumerate(models)}
        self._answers, self._courses = {}, {}
        with ui.element("div").classes("answers"):
            for name, colour in self.colours.items():
                card = ui.element("section").classes(f"panel model {colour}")
                card.props["aria-label"] = f"Answers of {name}"
                with card:
                    self._answers[name] = ui.html("", sanitize=False)
                    self._courses[name] = ui.html("", sanitize=False).classes("course-box")

    def show(self, answers: Sequence[Answer]) -> None:
        """Show what the models say."""
        for answer in answers:
            self._answers[answer.model].content = answer_html(answer, self._class_names)

    def trace(self, courses: Sequence[Course], transform: Transform, t: float) -> None:
        """Show how they fare along the whole path, and where on it we are."""
        for course in courses:
            self._courses[course.model].content = course_html(
                course, transform, self._class_names, t
            )
