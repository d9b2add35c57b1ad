"""Property-based tests for corruptions: ``check_corruption(MyCorruption)`` tests every law.

Needs hypothesis. The test suite of noiselib runs the same laws over the registry.
"""

from noiselib.testing.checking import check_corruption as check_corruption
from noiselib.testing.laws import LAWS as LAWS
from noiselib.testing.laws import Case as Case
from noiselib.testing.laws import Law as Law
