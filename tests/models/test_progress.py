"""The progress of trainings on a terminal and elsewhere."""

import io

import pytest
from rich.console import Console

from models.commands.progress import TrainingProgress
from models.training.reports import EpochReport


def report(epoch: int, validation: float | None = 0.5) -> EpochReport:
    return EpochReport(epoch, 9, 1.0, 0.25, None, validation, 0.01, float(epoch))


def test_a_line_from_time_to_time_without_a_terminal() -> None:
    written, times = io.StringIO(), iter([0, 1, 2, 12, 12, 13, 30, 30])
    console = Console(file=written, width=80)
    with TrainingProgress(console, clock=lambda: next(times)) as progress:
        progress.begin("mlp on digits")
        for epoch in (1, 2, 3, 4):
            progress.epoch_done(report(epoch))
        progress.begin("cnn on digits")
        progress.epoch_done(report(7, validation=None))
    assert written.getvalue().splitlines() == [
        "mlp on digits: epoch 3 of 9, validation 50.00%",
        "cnn on digits resumes after epoch 6",
    ]


def test_a_bar_on_a_terminal() -> None:
    written = io.StringIO()
    console = Console(file=written, width=100, force_terminal=True)
    with TrainingProgress(console) as progress:
        progress.begin("mlp on digits")
        progress.epoch_done(report(9, validation=0.875))
    assert "mlp on digits" in written.getvalue()
    assert "validation 87.50%" in written.getvalue()


def test_an_epoch_before_its_training() -> None:
    with pytest.raises(RuntimeError, match="epoch_done was called before begin"):
        TrainingProgress(Console(file=io.StringIO())).epoch_done(report(1))
