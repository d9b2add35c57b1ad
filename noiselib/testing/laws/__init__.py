"""The laws, one file for each topic; `LAWS` holds all of them.

A law is a function of a `Case`, which draws the examples that the law needs; it raises
AssertionError if the law is broken.
"""

from noiselib.testing.laws import arithmetic, contract, randomness, strength, text
from noiselib.testing.laws.law import Case as Case
from noiselib.testing.laws.law import Law as Law

LAWS: tuple[Law, ...] = tuple(
    law for topic in (contract, strength, randomness, arithmetic, text) for law in topic.laws
)
