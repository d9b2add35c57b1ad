"""Test the laws that apply to a corruption."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noiselib.corruption import Corruption
from noiselib.testing.laws import LAWS, Case, Law

__all__ = ["check_corruption", "check_law"]


def check_corruption(cls: type[Corruption], *, max_examples: int = 50) -> None:
    """Test a corruption class against every law that applies to it.

    Parameters
    ----------
    cls : type
        A subclass of `noiselib.Corruption`. Its traits select the laws beyond the universal ones.
    max_examples : int
        The number of examples for each law.

    Raises
    ------
    AssertionError
        For the first law that is broken, with the smallest example that breaks it.
    """
    for law in LAWS:
        if law.applies(cls):
            check_law(law, cls, max_examples=max_examples)


def check_law(law: Law, cls: type[Corruption], *, max_examples: int | None = None) -> None:
    """Test one law.

    Parameters
    ----------
    law : Law
        The law.
    cls : type
        A subclass of `noiselib.Corruption`.
    max_examples : int, optional
        The number of examples; by default that of the Hypothesis profile.

    Raises
    ------
    AssertionError
        If the law is broken, with the smallest example that breaks it.
    """

    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        law.check(Case(cls, data))

    if max_examples is not None:
        slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
        check = settings(
            max_examples=max_examples, deadline=None, database=None, suppress_health_check=slow
        )(check)
    try:
        check()
    except BaseException as error:
        error.add_note(f"{cls.name} breaks the law {law.name!r}: {law.statement}")
        raise
