"""CPU time of packages that run in turn, so that other load on the machine affects all of them."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = [
    "Elapsed",
    "Failure",
    "Plan",
    "Run",
    "Timing",
    "cpu_seconds",
    "describe",
    "make_plan",
    "time_in_turn",
]

Run = Callable[[int], Any]  # corrupts that many images, from the first, and returns them
SHORTEST = 0.03  # seconds; a shorter run is repeated within one measurement


@dataclass(frozen=True)
class Elapsed:
    """Seconds of wall time, and of CPU time of all threads."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Elapsed:
        """Read both clocks."""
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, earlier: Elapsed) -> Elapsed:
        return Elapsed(self.wall - earlier.wall, self.cpu - earlier.cpu)

    def __add__(self, other: Elapsed) -> Elapsed:
        return Elapsed(self.wall + other.wall, self.cpu + other.cpu)

    def __truediv__(self, parts: float) -> Elapsed:
        return Elapsed(self.wall / parts, self.cpu / parts)


@dataclass(frozen=True)
class Plan:
    """What one measurement runs: the form, the number of images and of repetitions."""

    form: str
    run: Run
    images: int
    loops: int
    expected: float  # seconds for each image
    tried: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Timing:
    """A measurement: the form, the number of images, and the CPU seconds of each repeat."""

    form: str
    images: int
    seconds: tuple[float, ...]
    tried: Mapping[str, float] = field(default_factory=dict)  # images per second, by form

    @property
    def images_per_second(self) -> float:
        """Images per second of CPU time, in the median repeat."""
        return self.images / statistics.median(self.seconds)


@dataclass(frozen=True)
class Failure:
    """The reason why there is no timing, in one line."""

    reason: str


def cpu_seconds(run: Run, images: int, loops: int = 1) -> float:
    """Return the CPU seconds of a run, of all threads of this process."""
    start = time.process_time()
    for _ in range(loops):
        run(images)
    return time.process_time() - start


def make_plan(forms: Mapping[str, Run], total: int, budget: float) -> Plan:
    """Try every form of a package, and plan the measurement of the fastest.

    Parameters
    ----------
    forms : mapping of str to Run
        Equivalent runs, such as image by image or as one batch.
    total : int
        Number of available images; fewer are used where all would exceed the budget.
    budget : float
        Seconds that one measurement may take.

    Returns
    -------
    Plan
        The measurement.
    """
    plans = [plan_form(form, run, total, budget) for form, run in forms.items()]
    fastest = min(plans, key=lambda plan: plan.expected)
    return replace(fastest, tried={plan.form: 1 / plan.expected for plan in plans})


def plan_form(form: str, run: Run, total: int, budget: float) -> Plan:
    """Find how many images a form can process within the budget."""
    run(1)  # the first run includes imports, tables and caches
    images, seconds = 1, cpu_seconds(run, 1)
    while images < total and seconds < budget / 8:
        images = min(total, 4 * images)
        seconds = cpu_seconds(run, images)
    expected = max(seconds, 1e-7) / images
    count = max(1, min(total, int(budget / expected)))
    return Plan(form, run, count, max(1, math.ceil(SHORTEST / (expected * count))), expected)


def time_in_turn(
    packages: Iterable[tuple[str, Callable[[], Mapping[str, Run]]]],
    *,
    total: int,
    repeats: int,
    budget: float,
) -> dict[str, Timing | Failure]:
    """Measure packages in turn, several times; one that fails is excluded with its reason.

    Parameters
    ----------
    packages : iterable of (str, callable)
        Names, and functions that prepare the data and return the forms; a package without forms
        is left out.
    total : int
        Number of available images.
    repeats : int
        Number of measurements.
    budget : float
        Seconds that one measurement may take.

    Returns
    -------
    dict of str to Timing or Failure
        The outcome of each package.
    """
    plans: dict[str, Plan] = {}
    failures: dict[str, Failure] = {}
    for name, prepare in packages:
        try:
            forms = prepare()
            if forms:
                plans[name] = make_plan(forms, total, budget)
        except Exception as error:  # other packages may raise anything; it is reported
            failures[name] = Failure(describe(error))
    seconds: dict[str, list[float]] = {name: [] for name in plans}
    with without_garbage_collection():
        for _ in range(repeats):
            for name, plan in plans.items():
                if name in failures:
                    continue
                try:
                    seconds[name].append(cpu_seconds(plan.run, plan.images, plan.loops))
                except Exception as error:
                    failures[name] = Failure(describe(error))
    timings = {
        name: Timing(plan.form, plan.images * plan.loops, tuple(seconds[name]), plan.tried)
        for name, plan in plans.items()
        if name not in failures
    }
    return {**timings, **failures}


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Turn off the garbage collector, so that it does not run during a measurement."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def describe(error: BaseException, limit: int = 200) -> str:
    """Return an exception as one line."""
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return text if len(text) <= limit else text[: limit - 3] + "..."
