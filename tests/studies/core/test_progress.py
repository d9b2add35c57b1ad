import io
import re

import pytest
from rich.console import Console

from studies.core.terminal import BarObserver, LineObserver, observer_for


def console(**options):
    return Console(file=io.StringIO(), width=160, **options)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_without_a_terminal_there_is_a_line_now_and_then():
    screen, clock = console(), Clock()
    with LineObserver(screen, pause=10, clock=clock) as observer:
        observer.sweep_begins(100, 120)
        for _ in range(50):
            clock.now += 1
            observer.cell_done("mlp", "rotation(degrees=[9])", 0.5)
    lines = screen.file.getvalue().splitlines()
    assert lines[0] == "sweep: 100 of 120 cells to compute"
    assert len(lines) == 6
    assert lines[1] == (
        "sweep: 30 of 120 cells, 1.0 cells/s, 90 s left; mlp 50.0 % under rotation(degrees=[9])"
    )


def test_failures_and_the_end_of_training_are_always_printed():
    screen, clock = console(), Clock()
    with LineObserver(screen, clock=clock) as observer:
        observer.epoch_done("mlp", 1, 2, 0.5)
        observer.epoch_done("mlp", 2, 2, 0.75)
        observer.sweep_begins(2, 2)
        observer.cell_failed("mlp", "identity", "RuntimeError: [bold]no")
    assert screen.file.getvalue().splitlines() == [
        "training mlp: epoch 2 of 2, accuracy 75.0 %",
        "sweep: 2 of 2 cells to compute",
        "failed: mlp under identity: RuntimeError: [bold]no",
    ]


def test_on_a_terminal_a_bar_shows_speed_time_left_and_accuracy():
    screen = console(force_terminal=True)
    with BarObserver(screen) as observer:
        observer.note("a [bold]note")
        observer.epoch_done("mlp", 1, 2, 0.5)
        observer.epoch_done("mlp", 2, 2, 0.625)
        observer.sweep_begins(3, 4)
        observer.cell_failed("cnn", "identity", "ValueError: why")
        observer.cell_done("mlp", "contrast(factor=0.5)", 0.875)
    text = screen.file.getvalue()
    for words in (
        "a [bold]note",
        "training mlp",
        "accuracy 62.5 %",
        "3/4",
        "cells/s",
        "mlp 87.5 % under contrast(factor=0.5)",
        "failed: cnn under identity: ValueError: why",
    ):
        assert words in text


@pytest.mark.parametrize("width", [80, 120])
def test_a_long_spec_hides_no_number(width):
    screen = Console(file=io.StringIO(), width=width, force_terminal=True)
    with BarObserver(screen) as observer:
        observer.sweep_begins(9_999, 10_000)
        observer.cell_done("mlp", " | ".join(["gaussian_blur(sigma=1.5)"] * 9), 0.875)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.file.getvalue())
    assert re.search(r" 2/10000 \d+\.\d cells/s \S+ mlp 87.5 %", plain)
    assert "\N{HORIZONTAL ELLIPSIS}" in plain


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (119, "119 s"), (720, "12 min"), (12_600, "3.5 h")]
)
def test_the_time_left_has_a_suitable_unit(seconds, text):
    screen, clock = console(), Clock()
    with LineObserver(screen, pause=0, clock=clock) as observer:
        observer.sweep_begins(2, 2)
        clock.now += seconds
        observer.cell_done("mlp", "identity", 0.5)
    assert f", {text} left; " in screen.file.getvalue()


def test_markup_in_a_name_is_not_interpreted():
    screen = console(force_terminal=True)
    with BarObserver(screen) as observer:
        observer.epoch_done("[red]mlp", 1, 2, 0.5)
    assert "training [red]mlp" in screen.file.getvalue()


def test_an_interrupted_bar_restores_the_cursor():
    screen = console(force_terminal=True)
    try:
        with BarObserver(screen) as observer:
            observer.sweep_begins(3, 4)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    text = screen.file.getvalue()
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_the_console_decides_the_observer():
    assert isinstance(observer_for(console(force_terminal=True)), BarObserver)
    assert isinstance(observer_for(console()), LineObserver)
