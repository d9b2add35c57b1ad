"""A small sweep that can be stopped, killed while it writes, and lose the end of its journal."""

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from studies.core.terminal import Observer
from studies.plan import ImageRange, cell_key, conditions_in_order, planned_keys, points_along
from studies.results.sweep_results import SweepResults
from studies.run.engine import LocalEngine, corruption_of
from studies.run.sweep import missing_jobs, sweep
from studies.store.store import FILE_NAME, EvaluationSet, Store
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
EVALUATION_SET = EvaluationSet("small", "noise", RANGE, ("a", "b", "c"), LABELS, IMAGES[0])


@dataclass(frozen=True)
class Plan:
    """The settings of a study that decide cells; a larger plan has all cells of a smaller one."""

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
def keys_by_images():
    """Return (model, corrupted images) -> key of every possible cell; all images differ."""
    conditions = conditions_in_order(Plan(strengths=STRENGTHS, seeds=SEEDS).points)
    seen = {corruption_of(item)(IMAGES, 0).tobytes(): item for item in conditions}
    assert len(seen) == len(conditions)
    return {
        (name, pixels): cell_key(item, RANGE, DIGESTS[name])
        for pixels, item in seen.items()
        for name in MODELS
    }


class Model:
    """Probabilities from a few pixels; counts predictions by cell, and fails while it is broken."""

    def __init__(self, name, predictions, broken=False):
        self.name, self.predictions, self.broken = name, predictions, broken
        self.weights = np.random.default_rng(MODELS.index(name)).normal(size=(16, CLASSES))

    def predict(self, images):
        self.predictions[keys_by_images()[self.name, images.tobytes()]] += 1
        if self.broken and images.mean() < 128:  # always the same conditions
            raise RuntimeError("no luck")
        scores = np.exp(images.reshape(len(images), 16) / 255 @ self.weights)
        return (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)


class Interrupting:
    """Outcomes that interrupt their storing, as Ctrl-C does."""

    def __init__(self, outcomes, at):
        self._outcomes, self._at = outcomes, at

    def __getattr__(self, name):
        if name == self._at:
            raise KeyboardInterrupt
        return getattr(self._outcomes, name)


@dataclass(frozen=True)
class Disturbance:
    """What happens to a sweep after some cells; by default it only stops."""

    after: int
    kind: str = "stop"  # or "kill" and "power failure" before a statement, or "interrupt"
    statement: int = 1
    share: float = 0.0  # of the journal that is left after a power failure
    quantity: str = "rank"


@dataclass
class Known:
    """The keys of cells and of failures that the store must have."""

    cells: frozenset = frozenset()
    failures: frozenset = frozenset()


def _new_folder():
    # In memory where possible: power failures are simulated, so the disk need not be waited for.
    memory = Path("/dev/shm")  # noqa: S108
    place = memory if os.access(memory, os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="machine-", dir=place))


@dataclass
class Folder:
    """A results folder, and what it must have."""

    path: Path = field(default_factory=_new_folder)
    known: Known = field(default_factory=Known)

    def sweep(self, plan, *, broken=frozenset(), order=0, disturbance=None):
        """Compute what is missing, and record what is stored.

        Returns
        -------
        Counter
            Key -> how often the cell was predicted.
        """
        predictions, before = Counter(), self.known
        states = [before]  # of the folder since it was opened
        snapshot = self.path / "snapshot"
        with Store(self.path, create=True) as store:
            store.bind(EVALUATION_SET)
            number = store.begin_run(started="now", command="sweep", study={}, provenance={})
            jobs = missing_jobs(plan.points, RANGE, plan.digests, store.finished_keys())
            Random(order).shuffle(jobs)  # noqa: S311 - no secret
            models = {name: Model(name, predictions, name in broken) for name in plan.models}
            engine = _Disturbed(LocalEngine(IMAGES, LABELS, models), self, states, disturbance)
            engine.watch(store, snapshot)
            try:
                sweep(jobs, engine, store, Observer(), run=number, digests=plan.digests, planned=0)
                store.finish_run(number, "later")
            except KeyboardInterrupt:
                pass
        assert max(predictions.values(), default=0) <= 1, "a cell was computed twice in one run"
        assert before.cells.isdisjoint(predictions), "a stored cell was computed again"
        if snapshot.exists():
            self._replace_by(snapshot, disturbance, states)
        return predictions

    def _replace_by(self, snapshot, disturbance, states):
        """Continue with the files as they were on the disk when the process died."""
        path = _new_folder()
        shutil.copytree(snapshot, path, dirs_exist_ok=True)
        shutil.rmtree(self.path)
        self.path = path
        journal = path / f"{FILE_NAME}-wal"
        if disturbance.kind == "power failure" and journal.exists():
            with journal.open("r+b") as file:
                file.truncate(round(disturbance.share * journal.stat().st_size))
        found = self.found()
        if disturbance.kind == "power failure":
            assert found in states, "the store is in a state that never existed"
        else:
            assert found == self.known, "a complete transaction was lost, or half of one was stored"
        self.known = found

    def found(self):
        with Store(self.path, create=True) as store:
            failures = frozenset(failure.key for failure in store.failures())
            return Known(frozenset(store.finished_keys()), failures)

    def contents(self):
        """Return the bytes of every stored cell."""
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


class _Disturbed:
    """An engine that records which of its cells were stored, and may end early."""

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
                    if not file.name.endswith("-shm"):  # SQLite creates it again
                        shutil.copy(file, snapshot)

        if self._disturbance and self._disturbance.kind in {"kill", "power failure"}:
            store._connection.set_trace_callback(before_each_statement)

    def run(self, jobs):
        disturbance = self._disturbance
        for number, cell in enumerate(self._engine.run(jobs)):
            if disturbance and number == disturbance.after:
                if disturbance.kind == "stop":
                    return
                if disturbance.kind == "interrupt" and hasattr(cell, "outcomes"):
                    outcomes = Interrupting(cell.outcomes, disturbance.quantity)
                    cell = replace(cell, outcomes=outcomes)  # noqa: PLW2901
                self._countdown = disturbance.statement
            yield cell
            if self._countdown is not None and self._countdown <= 0:
                return  # the process is dead: what is stored now does not count
            self._note(cell)

    def _note(self, cell):
        """Record that a cell, or its failure, was stored."""
        known = self._folder.known
        if hasattr(cell, "outcomes"):
            known = Known(known.cells | {cell.key}, known.failures - {cell.key})
        else:
            known = Known(known.cells, known.failures | {cell.key})
        self._folder.known = known
        self._states.append(known)
