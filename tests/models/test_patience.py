"""Patience: what counts as an improvement, and when patience runs out."""

import math

import pytest

from models.training.patience import Patience


@pytest.mark.parametrize(
    ("monitor", "values", "better"),
    [
        ("loss", [3, 2, 2, 4, 1], [True, True, False, False, True]),
        ("accuracy", [0.3, 0.2, 0.3, 0.4], [True, False, False, True]),
        ("loss", [math.nan, 5, math.nan, 4], [False, True, False, True]),
    ],
)
def test_improvements(monitor: str, values: list[float], better: list[bool]) -> None:
    patience = Patience(9, monitor)
    assert [patience.improves(value, epoch) for epoch, value in enumerate(values, 1)] == better
    assert patience.best_epoch == len(values) - better[::-1].index(True)
    assert patience.best == values[patience.best_epoch - 1]


def test_it_runs_out_after_consecutive_epochs_and_can_be_reset() -> None:
    patience = Patience(2, "loss")
    seen = []
    for epoch, value in enumerate([5, 6, 4, 4, 4, 4], 1):
        patience.improves(value, epoch)
        seen.append(patience.has_run_out)
    assert seen == [False, False, False, False, True, True]
    patience.reset()
    assert not patience.has_run_out
    assert (patience.best, patience.best_epoch) == (4, 3)
