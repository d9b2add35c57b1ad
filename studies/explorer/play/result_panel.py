"""The results of a view: its images, its strength and seed, and the predictions of the models."""

from collections.abc import Sequence
from html import escape
from typing import Any

from nicegui import ui

from noiselib import Transform
from studies.explorer.layout import difference, png_uri
from studies.explorer.play.evaluator import ConfidenceCurve, TopPredictions, ViewResult
from studies.explorer.play.slider import Slider
from studies.explorer.view import MAX_SEED, PlayView

IMAGES = {
    "clean": ("Clean", "The clean image"),
    "corrupted": ("Corrupted", "The corrupted image"),
    "difference": ("Difference", "What changed: orange is brighter, blue is darker"),
}
"""Captions and alternative texts."""

MODEL_COLOURS = 4
"""Number of model colours in the style sheet; further models repeat them."""

WIDTH, HEIGHT = 300, 64
"""Size of the drawing of a curve, in its own units."""


class ImagesPanel:
    """The images of a view, and the controls of strength and seed; for one visitor."""

    def __init__(self, page: Any, steps: int, class_names: Sequence[str]) -> None:
        self._page, self._class_names = page, class_names
        with ui.element("section").classes("panel").props('aria-label="Images and strength"'):
            with ui.element("div").classes("pictures"):
                self._images = {name: _build_figure(name) for name in IMAGES}
            with ui.element("div").classes("strength"):
                with ui.element("div").classes("strength-head"):
                    ui.label("Strength").classes("field-name")
                    self._strength = ui.label().classes("strength-text")
                label = "Strength t, from the clean image to maximum severity"
                self._slider = Slider(
                    0, 1, 1 / steps, page.view.t, label, lambda t: page.change(t=round(t, 4))
                )
                self._marks = ui.html("", sanitize=False).classes("marks").props("aria-hidden=true")
            self._build_seed()
        self._announcement = ui.label().classes("visually-hidden").props("aria-live=polite")

    def _build_seed(self) -> None:
        with ui.element("div").classes("seed-row"):
            self._seed = ui.number("Seed", min=0, max=MAX_SEED, step=1, precision=0)
            self._seed.props("dense outlined debounce=200").classes("seed")
            self._seed.on_value_change(self._seed_changed)
            ui.button("Next seed", icon="casino", on_click=self._next_seed).props("flat no-caps")
            copy = ui.button("Copy link", icon="link").props("flat no-caps")
            copy.props["aria-label"] = "Copy the link to this view"
            copy.on("click", js_handler="event => explorer.copyAddress(event)")

    def update(self, view: PlayView, transform: Transform) -> None:
        """Show the seed and the strength of a view."""
        self._seed.value = view.seed
        self._strength.text = strength_text(transform, view.t)
        self._slider.move_to(view.t, self._strength.text)

    def show(self, result: ViewResult) -> None:
        """Show the images of a result, and announce its predictions."""
        clean, corrupted = result.clean, result.corrupted
        shown = (clean, corrupted, difference(clean, corrupted))
        for name, image in zip(IMAGES, shown, strict=True):
            self._images[name].props["src"] = png_uri(image)
        alt = IMAGES["clean"][1]
        if result.label is not None:
            alt += f", a test image of class {self._class_names[result.label]}"
        self._images["clean"].props["alt"] = alt
        self._announcement.text = "; ".join(
            f"{prediction.model} predicts {self._class_names[number]}, {percent_text(probability)}"
            for prediction in result.predictions
            for number, probability in prediction.top[:1]
        )

    def show_marks(self, curves: Sequence[ConfidenceCurve]) -> None:
        """Mark under the slider where each model first misclassifies the image."""
        self._marks.content = "".join(
            f'<span class="mark {model_colour(number)}" style="--at:{curve.first_error:.4f}" '
            f'title="first misclassified by {escape(curve.model)}"></span>'
            for number, curve in enumerate(curves)
            if curve.first_error
        )

    def _seed_changed(self, event: Any) -> None:
        if event.value is not None and 0 <= event.value <= MAX_SEED:
            self._page.change(seed=int(event.value))

    def _next_seed(self) -> None:
        self._page.change(seed=(self._page.view.seed + 1) % (MAX_SEED + 1))


class PredictionsPanel:
    """A card for each model; for one visitor."""

    def __init__(self, models: Sequence[str], class_names: Sequence[str]) -> None:
        self._class_names = class_names
        self._predictions, self._curves = {}, {}
        with ui.element("div").classes("predictions"):
            for number, name in enumerate(models):
                card = ui.element("section").classes(f"panel model {model_colour(number)}")
                card.props["aria-label"] = f"Predictions of {name}"
                with card:
                    self._predictions[name] = ui.html("", sanitize=False)
                    self._curves[name] = ui.html("", sanitize=False).classes("confidence")

    def show(self, predictions: Sequence[TopPredictions]) -> None:
        """Show the predictions of all models."""
        for prediction in predictions:
            html = prediction_html(prediction, self._class_names)
            self._predictions[prediction.model].content = html

    def show_curves(
        self, curves: Sequence[ConfidenceCurve], transform: Transform, t: float
    ) -> None:
        """Show the confidence over the severity range, and the current strength."""
        for curve in curves:
            html = curve_html(curve, transform, self._class_names, t)
            self._curves[curve.model].content = html


def model_colour(number: int) -> str:
    """Return the CSS class with the colour of the model of the given number."""
    return f"model-{number % MODEL_COLOURS}"


def strength_text(transform: Transform, t: float) -> str:
    """Return a strength in words: t, and the value of the parameter if there is only one."""
    axis = transform.axis
    if axis.name == "t":
        return f"t = {t:.4g}"
    unit = f" {axis.unit}" if axis.unit else ""
    return f"t = {t:.4g}, {axis.name} = {transform.position(t):.3g}{unit}"


def percent_text(probability: float) -> str:
    """Return a probability in per cent: 0 and 100 only if they are exact."""
    if 0 < probability < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= probability < 1:
        return "> 99.9 %"
    return f"{100 * probability:.1f} %"


def prediction_html(prediction: TopPredictions, class_names: Sequence[str]) -> str:
    """Return the most probable classes with bars, as HTML; all text is escaped."""
    rows = "".join(
        f'<li class="bar-row"><span class="bar-name">{escape(class_names[number])}</span>'
        '<span class="bar-track">'
        f'<span class="bar-fill" style="width:{100 * probability:.2f}%"></span></span>'
        f'<span class="bar-value">{escape(percent_text(probability))}</span></li>'
        for number, probability in prediction.top
    )
    verdict = ""
    if prediction.correct is not None:
        word = "correct" if prediction.correct else "wrong"
        verdict = f'<span class="verdict {word}">{word}</span>'
    model, name = escape(prediction.model), escape(class_names[prediction.top[0][0]])
    return (
        f'<div class="prediction"><span class="model-name">{model}</span>'
        f'<span class="predicted-class">{name}</span>{verdict}</div>'
        f'<ol class="bars" aria-label="Most probable classes of {model}">{rows}</ol>'
    )


def curve_html(
    curve: ConfidenceCurve, transform: Transform, class_names: Sequence[str], t: float
) -> str:
    """Return where a model first fails, and a drawing of its confidence, as HTML."""
    name = escape(class_names[curve.reference])
    steps = len(curve.probabilities) - 1
    points = " ".join(
        f"{WIDTH * step / steps:.1f},{HEIGHT - 2 - (HEIGHT - 4) * probability:.1f}"
        for step, probability in enumerate(curve.probabilities)
    )
    first_error = _vertical_line("first-error", curve.first_error) if curve.first_error else ""
    return (
        f'<p class="first-misclassified">{escape(first_error_text(curve, transform))}</p>'
        f'<svg class="confidence-curve" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        f'role="img" aria-label="Probability of {name} over the severity range">'
        f'<line class="half" x1="0" x2="{WIDTH}" y1="{HEIGHT / 2}" y2="{HEIGHT / 2}"/>'
        f'{first_error}<polyline points="{points}"/>{_vertical_line("current", t)}</svg>'
        f'<p class="confidence-axis"><span>t = 0</span><span>probability of {name}</span>'
        "<span>t = 1</span></p>"
    )


def first_error_text(curve: ConfidenceCurve, transform: Transform) -> str:
    """Return in words at which strength a model first misclassifies the image."""
    if curve.first_error == 0:
        return "misclassified without corruption"
    if curve.first_error is None:
        return f"{'correct' if curve.label_known else 'unchanged'} up to maximum severity"
    verb = "misclassified" if curve.label_known else "changed"
    return f"first {verb} at {strength_text(transform, curve.first_error)}"


def _vertical_line(css_class: str, t: float) -> str:
    x = f"{t * WIDTH:.1f}"
    return f'<line class="{css_class}" x1="{x}" x2="{x}" y1="0" y2="{HEIGHT}"/>'


def _build_figure(name: str) -> ui.element:
    """Return the image of a figure with its caption."""
    caption, alt = IMAGES[name]
    with ui.element("figure").classes(f"picture {name}"):
        image = ui.element("img").classes("pixels").mark(name)
        image.props["alt"] = alt
        with ui.element("figcaption"):
            ui.label(caption)
            if name == "difference":
                words = '<span class="brighter">brighter</span> <span class="darker">darker</span>'
                ui.html(words, sanitize=False)
    return image
