"""A small sweep that can be stopped, killed in mid-write, and robbed of the end of its journal."""

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from studies.plan import ImageRange, cell_key, conditions_in_order, planned_keys, points_along
from studies.results.sweep_results import SweepResults
from studies.run.engine import LocalEngine, corruption_of
from studies.run.sweep import missing_jobs, sweep
from studies.store.records import EvaluationSet
from studies.store.store import FILE_NAME, Store
from studies.tables.curves import curves_csv, make_curves

MODELS = ("mlp", "cnn", "forest")
STRENGTHS = (0.0, 0.3, 0.6, 1.0)
SEEDS = (0, 1, 2)
CORRUPTIONS = ("gaussian_noise(sigma=0.5)", "contrast(factor=0.2)")
COUNT, CLASSES = 6, 3

_random = np.random.default_rng(0)
IMAGES = _random.integers(0, 256, (COUNT, 4, 4, 1), dtype=np.uint8)
LABELS = _random.integers(0, CLASSES, COUNT)
RANGE = ImageRange("d" * 64, 0, COUNT)
DIGESTS = {name: name * 8 for name in MODELS}
SUBJECT = EvaluationSet("small", "noise", RANGE, ("a", "b", "c"), LABELS, IMAGES[0])


@dataclass(frozen=True)
class Plan:
    """A study, as far as cells depend on it; a larger one has all cells of a smaller one."""

    models: tuple[str, ...] = MODELS[:2]
    strengths: tuple[float, ...] = (0.0, 1.0)
    seeds: tuple[int, ...] = (0,)

    @property
    def points(self):
        return [p for c in CORRUPTIONS for p in points_along(c, self.strengths, self.seeds)]

    @property
    def digests(self):
        return {name: DIGESTS[name] for name in self.models}

    @property
    def keys(self):
        return planned_keys(self.points, RANGE, self.digests)


@cache
def keys_by_sight():
    """Return (model, corrupted images) -> key of every cell there can be: all look different."""
    conditions = conditions_in_order(Plan(strengths=STRENGTHS, seeds=SEEDS).points)
    seen = {corruption_of(item)(IMAGES, 0).tobytes(): item for item in conditions}
    assert len(seen) == len(conditions)
    return {
        (name, pixels): cell_key(item, RANGE, DIGESTS[name])
        for pixels, item in seen.items()
        for name in MODELS
    }


class Model:
    """Probabilities from a few pixels; counts what it is asked, and fails while it is broken."""

    def __init__(self, name, asked, broken=False):
        self.name, self.asked, self.broken = name, asked, broken
        self.weights = np.random.default_rng(MODELS.index(name)).normal(size=(16, CLASSES))

    def predict(self, images):
        self.asked[keys_by_sight()[self.name, images.tobytes()]] += 1
        if self.broken and images.mean() < 128:  # some conditions, always the same ones
            raise RuntimeError("no luck")
        scores = np.exp(images.reshape(len(images), 16) / 255 @ self.weights)
        return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


class Interrupting:
    """Outcomes during the storing of which Ctrl-C is pressed."""

    def __init__(self, outcomes, at):
        self._outcomes, self._at = outcomes, at

    def __getattr__(self, name):
        if name == self._at:
            raise KeyboardInterrupt
        return getattr(self._outcomes, name)


@dataclass(frozen=True)
class Disturbance:
    """What befalls a sweep after some cells; without a kind it is only stopped."""

    after: int
    kind: str = "stop"  # or "kill" and "power cut" before a statement, or "interrupt"
    statement: int = 1
    share: float = 0.0  # of the journal that a power cut leaves
    quantity: str = "rank"


@dataclass
class Known:
    """What the store must hold: keys of cells and of failures."""

    cells: frozenset = frozenset()
    failures: frozenset = frozenset()


def _new_folder():
    # In memory where there is such a place: cuts are made by hand, so no disk need be waited for.
    memory = Path("/dev/shm")  # noqa: S108
    place = memory if os.access(memory, os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="machine-", dir=place))


@dataclass
class Folder:
    """A results folder, what must be in it, and how often each cell was predicted."""

    path: Path = field(default_factory=_new_folder)
    known: Known = field(default_factory=Known)

    def sweep(self, plan, *, broken=frozenset(), order=0, disturbance=None):
        """Compute what is missing, and keep account of all that is stored.

        Returns
        -------
        Counter
            Key -> how often the cell was predicted.
        """
        asked, before = Counter(), self.known
        states = [before]  # those in which the folder was, since it was opened
        snapshot = self.path / "snapshot"
        with Store(self.path, create=True) as store:
            store.bind(SUBJECT)
            number = store.begin_run(started="now", command="sweep", study={}, provenance={})
            jobs = missing_jobs(plan.points, RANGE, plan.digests, store.finished_keys())
            Random(order).shuffle(jobs)  # noqa: S311 - no secret
            models = {name: Model(name, asked, name in broken) for name in plan.models}
            engine = _Disturbed(LocalEngine(IMAGES, LABELS, models), self, states, disturbance)
            engine.watch(store, snapshot)
            try:
                sweep(jobs, engine, store, Deaf(), run=number, digests=plan.digests, planned=0)
                store.finish_run(number, "later")
            except KeyboardInterrupt:
                pass
        assert max(asked.values(), default=0) <= 1, "a cell was computed twice in one run"
        assert before.cells.isdisjoint(asked), "a cell whose transaction was whole came again"
        if snapshot.exists():
            self._become(snapshot, disturbance, states)
        return asked

    def _become(self, snapshot, disturbance, states):
        """Go on with the files as they were on the disk when the process died."""
        path = _new_folder()
        shutil.copytree(snapshot, path, dirs_exist_ok=True)
        shutil.rmtree(self.path)
        self.path = path
        journal = path / f"{FILE_NAME}-wal"
        if disturbance.kind == "power cut" and journal.exists():
            with journal.open("r+b") as file:
                file.truncate(round(disturbance.share * journal.stat().st_size))
        found = self.found()
        if disturbance.kind == "power cut":
            assert found in states, "the store is as it never was"
        else:
            assert found == self.known, "a whole transaction was lost, or half of one is there"
        self.known = found

    def found(self):
        with Store(self.path, create=True) as store:
            failures = frozenset(failure.key for failure in store.failures())
            return Known(frozenset(store.finished_keys()), failures)

    def contents(self):
        """Return everything that is stored of every cell, to the bit."""
        with Store(self.path, create=True) as store:
            cells = {key: store.outcomes(key) for key in store.finished_keys()}
        return {
            key: tuple(getattr(cell, name).tobytes() for name in cell.__slots__)
            for key, cell in cells.items()
        }

    def table(self, plan):
        with Store(self.path, create=True) as store:
            return curves_csv(make_curves(SweepResults(store, plan.points, plan.digests)))

    def remove(self):
        shutil.rmtree(self.path)


class Deaf:
    def sweep_begins(self, *_):
        pass

    cell_done = cell_failed = sweep_begins


class _Disturbed:
    """An engine that notes what was stored of it, and comes to an end before its time."""

    def __init__(self, engine, folder, states, disturbance):
        self._engine, self._folder, self._states = engine, folder, states
        self._disturbance = disturbance
        self._countdown = None

    def watch(self, store, snapshot):
        def before_each_statement(_):
            if self._countdown is None:
                return
            self._countdown -= 1
            if self._countdown == 0:
                snapshot.mkdir()
                for file in self._folder.path.glob(f"{FILE_NAME}*"):
                    if not file.name.endswith("-shm"):  # made anew by whoever comes first
                        shutil.copy(file, snapshot)

        if self._disturbance and self._disturbance.kind in {"kill", "power cut"}:
            store._connection.set_trace_callback(before_each_statement)

    def run(self, jobs):
        blow = self._disturbance
        for number, cell in enumerate(self._engine.run(jobs)):
            if blow and number == blow.after:
                if blow.kind == "stop":
                    return
                if blow.kind == "interrupt" and hasattr(cell, "outcomes"):
                    outcomes = Interrupting(cell.outcomes, blow.quantity)
                    cell = replace(cell, outcomes=outcomes)  # noqa: PLW2901
                self._countdown = blow.statement
            yield cell
            if self._countdown is not None and self._countdown <= 0:
                return  # what is stored after its death belongs to nobody
            self._note(cell)

    def _note(self, cell):
        """Take down that a cell, or its failure, was stored."""
        known = self._folder.known
        if hasattr(cell, "outcomes"):
            known = Known(known.cells | {cell.key}, known.failures - {cell.key})
        else:
            known = Known(known.cells, known.failures | {cell.key})
        self._folder.known = known
        self._states.append(known)
