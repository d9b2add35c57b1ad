"""The laws, one file a theme; `LAWS` holds them all.

A law is a function of a `Case`, which draws what the law needs and raises AssertionError.
"""

from noiselib.testing.laws import arithmetic, contract, randomness, strength, text
from noiselib.testing.laws.law import Case as Case
from noiselib.testing.laws.law import Law as Law

LAWS: tuple[Law, ...] = tuple(
    law for theme in (contract, strength, randomness, arithmetic, text) for law in theme.laws
)
