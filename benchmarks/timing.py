"""CPU time of contestants that run in turn, so that what the machine does meanwhile hits all."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = ["Failure", "Plan", "Run", "Timing", "describe", "planned", "race", "seconds_of"]

Run = Callable[[int], Any]  # corrupts the first so many images, and returns them
SHORTEST = 0.03  # seconds; a shorter run is repeated within one measurement


@dataclass(frozen=True)
class Plan:
    """What one measurement runs: so many images, so many times over."""

    form: str
    run: Run
    images: int
    loops: int
    expected: float  # seconds for an image
    tried: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Timing:
    """What was measured: in which form, on how many images, CPU seconds of each repeat."""

    form: str
    images: int
    seconds: tuple[float, ...]
    tried: Mapping[str, float] = field(default_factory=dict)  # images/s of every form in its trial

    @property
    def images_per_second(self) -> float:
        """Images per second of CPU time, by the median repeat."""
        return self.images / statistics.median(self.seconds)


@dataclass(frozen=True)
class Failure:
    """Why there is no timing, in one line."""

    reason: str


def seconds_of(run: Run, images: int, loops: int = 1) -> float:
    """Measure the CPU time of a run, of this process with all its threads, in seconds."""
    begun = time.process_time()
    for _ in range(loops):
        run(images)
    return time.process_time() - begun


def planned(forms: Mapping[str, Run], total: int, budget: float) -> Plan:
    """Try every form of a contestant, and plan to measure the fastest.

    Parameters
    ----------
    forms : mapping of str to Run
        Ways to do the same, such as image by image or as one batch.
    total : int
        Images at hand; fewer are used where all would take longer than the budget.
    budget : float
        Seconds that one measurement may take.
    """
    plans = [planned_form(form, run, total, budget) for form, run in forms.items()]
    fastest = min(plans, key=lambda plan: plan.expected)
    return replace(fastest, tried={plan.form: 1 / plan.expected for plan in plans})


def planned_form(form: str, run: Run, total: int, budget: float) -> Plan:
    """Find how many images a form can do within the budget."""
    run(1)  # imports, tables and caches are made once, by whoever runs first
    images, seconds = 1, seconds_of(run, 1)
    while images < total and seconds < budget / 8:
        images = min(total, 4 * images)
        seconds = seconds_of(run, images)
    expected = max(seconds, 1e-7) / images
    count = max(1, min(total, int(budget / expected)))
    return Plan(form, run, count, max(1, math.ceil(SHORTEST / (expected * count))), expected)


def race(
    contestants: Iterable[tuple[str, Callable[[], Mapping[str, Run]]]],
    *,
    total: int,
    repeats: int,
    budget: float,
) -> dict[str, Timing | Failure]:
    """Measure contestants in turn, so many times; one that fails drops out with its reason.

    Parameters
    ----------
    contestants : iterable of (str, callable)
        Names, and what prepares the data and gives the forms; who gives none does not take part.
    total : int
        Images at hand.
    repeats : int
        Measurements of each.
    budget : float
        Seconds that one measurement may take.
    """
    plans: dict[str, Plan] = {}
    failures: dict[str, Failure] = {}
    for name, prepare in contestants:
        try:
            forms = prepare()
            if forms:
                plans[name] = planned(forms, total, budget)
        except Exception as error:  # foreign code may raise anything; it is reported
            failures[name] = Failure(describe(error))
    seconds: dict[str, list[float]] = {name: [] for name in plans}
    with no_collections():
        for _ in range(repeats):
            for name, plan in plans.items():
                if name in failures:
                    continue
                try:
                    seconds[name].append(seconds_of(plan.run, plan.images, plan.loops))
                except Exception as error:
                    failures[name] = Failure(describe(error))
    timings = {
        name: Timing(plan.form, plan.images * plan.loops, tuple(seconds[name]), plan.tried)
        for name, plan in plans.items()
        if name not in failures
    }
    return {**timings, **failures}


@contextmanager
def no_collections() -> Iterator[None]:
    """Keep the garbage collector from running in the middle of a measurement."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def describe(error: BaseException, limit: int = 200) -> str:
    """Say an exception in one line."""
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return text if len(text) <= limit else text[: limit - 3] + "..."
