"""A disturbed sweep ends with the same table as an undisturbed one, and computes nothing twice.

A cell whose transaction was complete when the process was killed is never computed again. A power
failure may lose the end of the journal, which has the last cells; these are computed again, and so
are cells that were computed but not stored.
"""

from dataclasses import replace
from functools import cache

from disturbances import MODELS, SEEDS, STRENGTHS, Disturbance, Folder, Plan
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from studies.stats.predictions import Outcomes

EVERYTHING = Plan(MODELS, STRENGTHS, SEEDS)

AFTER = st.integers(0, 6)
ORDER = st.integers(0, 3)
STATEMENT = st.integers(1, 14)  # a cell takes ten: BEGIN, the cell, six arrays, DELETE, COMMIT


@cache
def undisturbed(plan):
    """Return the table and all stored cells of an undisturbed sweep."""
    folder = Folder()
    folder.sweep(plan)
    table, contents = folder.table(plan), folder.contents()
    folder.remove()
    return table, contents


something_is_missing = precondition(lambda self: not self.plan.keys <= self.folder.known.cells)


class Sweeps(RuleBasedStateMachine):
    """A study that grows while its sweep is disturbed."""

    def __init__(self):
        super().__init__()
        self.folder = Folder()
        self.plan = Plan()
        self.broken = frozenset()

    def work(self, order, disturbance):
        return self.folder.sweep(
            self.plan, broken=self.broken, order=order, disturbance=disturbance
        )

    @precondition(lambda self: self.plan != EVERYTHING)
    @rule(kind=st.sampled_from(["models", "strengths", "seeds"]), choice=st.integers(0, 2))
    def ask_for_more(self, kind, choice):
        held, all_there_are = getattr(self.plan, kind), getattr(EVERYTHING, kind)
        left = [item for item in all_there_are if item not in held]
        if left:
            more = {*held, left[choice % len(left)]}
            kept = tuple(item for item in all_there_are if item in more)
            self.plan = replace(self.plan, **{kind: kept})

    @rule(model=st.sampled_from(MODELS))
    def break_a_model(self, model):
        self.broken |= {model}

    @precondition(lambda self: bool(self.broken))
    @rule()
    def mend_the_models(self):
        self.broken = frozenset()

    @something_is_missing
    @rule(order=ORDER, after=AFTER)
    def run_some_cells(self, order, after):
        self.work(order, Disturbance(after))

    @something_is_missing
    @rule(order=ORDER, after=AFTER, quantity=st.sampled_from(Outcomes.__slots__))
    def interrupt_in_mid_write(self, order, after, quantity):
        self.work(order, Disturbance(after, "interrupt", quantity=quantity))

    @something_is_missing
    @rule(order=ORDER, after=AFTER, statement=STATEMENT)
    def kill_in_mid_write(self, order, after, statement):
        self.work(order, Disturbance(after, "kill", statement))

    @something_is_missing
    @rule(order=ORDER, after=AFTER, statement=STATEMENT, share=st.floats(0, 1))
    def cut_the_journal(self, order, after, statement, share):
        self.work(order, Disturbance(after, "power failure", statement, share))

    @something_is_missing
    @rule(order=ORDER)
    def run_to_the_end(self, order):
        self.work(order, None)
        if not self.broken:
            assert self.folder.table(self.plan) == undisturbed(self.plan)[0]
            assert not self.work(order, None), "a finished sweep computed something"

    @invariant()
    def the_store_holds_what_it_was_given(self):
        assert self.folder.found() == self.folder.known
        whole = undisturbed(EVERYTHING)[1]
        assert self.folder.contents().items() <= whole.items()

    def teardown(self):
        self.broken = frozenset()
        try:
            self.run_to_the_end(0)
            assert self.folder.known.failures == frozenset()
        finally:
            self.folder.remove()


Sweeps.TestCase.settings = settings(stateful_step_count=12)
TestSweeps = Sweeps.TestCase
