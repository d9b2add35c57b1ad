"""The models' answers as HTML; every text from outside is escaped."""

from collections.abc import Mapping, Sequence
from html import escape

from noiselib import Transform
from studies.explorer.seen import Answer, Course

WIDTH, HEIGHT = 300, 64
"""Of the drawing of a course, in its own units."""


def answer_html(answer: Answer, class_names: Sequence[str]) -> str:
    """Return a model's top classes with bars."""
    rows = "".join(
        f'<li class="bar-row"><span class="bar-name">{escape(class_names[number])}</span>'
        f'<span class="bar-track"><span class="bar-fill" style="width:{100 * share:.2f}%"></span>'
        f'</span><span class="bar-share">{escape(percent(share))}</span></li>'
        for number, share in answer.top
    )
    best = escape(class_names[answer.top[0][0]])
    verdict = {
        True: '<span class="verdict right">right</span>',
        False: '<span class="verdict wrong">wrong</span>',
        None: "",
    }[answer.right]
    return (
        f'<div class="says"><span class="model-name">{escape(answer.model)}</span>'
        f'<span class="says-what">{best}</span>{verdict}</div>'
        f'<ol class="bars" aria-label="Likeliest classes of {escape(answer.model)}">{rows}</ol>'
    )


def course_html(course: Course, transform: Transform, class_names: Sequence[str], t: float) -> str:
    """Return where a model loses the image, and a drawing of its probability along the path."""
    name = escape(class_names[course.reference])
    return (
        f'<p class="loses">{escape(loss_sentence(course, transform))}</p>'
        f'<svg class="course" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="Probability of {name} from no strength to all of it">'
        f'<line class="half" x1="0" x2="{WIDTH}" y1="{HEIGHT / 2}" y2="{HEIGHT / 2}"/>'
        f'{_lost_line(course)}<polyline points="{_points(course)}"/>'
        f'<line class="now" x1="{t * WIDTH:.1f}" x2="{t * WIDTH:.1f}" y1="0" y2="{HEIGHT}"/></svg>'
        f'<p class="course-note"><span>t = 0</span><span>probability of {name}</span>'
        "<span>t = 1</span></p>"
    )


def loss_sentence(course: Course, transform: Transform) -> str:
    """Say at which strength a model loses the image."""
    if course.lost is None:
        return f"keeps {'it' if course.known else 'its answer'} up to the whole strength"
    if course.lost == 0:
        return "is wrong even on the clean image"
    verb = "loses it" if course.known else "changes its answer"
    return f"{verb} at {place(transform, course.lost)}"


def place(transform: Transform, t: float) -> str:
    """Return a strength in words: t, and the value in its own unit where there is one."""
    axis = transform.axis
    if axis.name == "t":
        return f"t = {t:.4g}"
    unit = f" {axis.unit}" if axis.unit else ""
    return f"t = {t:.4g}, {axis.name} = {transform.position(t):.3g}{unit}"


def marks_html(courses: Sequence[Course], colours: Mapping[str, str]) -> str:
    """Return a mark under the strength slider where each model loses the image."""
    return "".join(
        f'<span class="mark {colours[course.model]}" style="--at:{course.lost:.4f}" '
        f'title="{escape(course.model)} loses it here"></span>'
        for course in courses
        if course.lost
    )


def spoken(answers: Sequence[Answer], class_names: Sequence[str]) -> str:
    """Return all answers in one sentence, for screen readers."""
    return "; ".join(
        f"{answer.model} says {class_names[answer.top[0][0]]}, {percent(answer.top[0][1])}"
        for answer in answers
    )


def percent(share: float) -> str:
    """Return a share in per cent, neither 0 nor 100 where it is not quite that."""
    if 0 < share < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


def _points(course: Course) -> str:
    steps = len(course.shares) - 1
    return " ".join(
        f"{WIDTH * step / steps:.1f},{HEIGHT - 2 - (HEIGHT - 4) * share:.1f}"
        for step, share in enumerate(course.shares)
    )


def _lost_line(course: Course) -> str:
    if not course.lost:
        return ""
    x = course.lost * WIDTH
    return f'<line class="lost" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>'
