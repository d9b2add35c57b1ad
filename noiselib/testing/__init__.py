"""The laws of corruptions, for anyone's corruptions: ``check_corruption(MyCorruption)``.

Needs hypothesis. Our own suite is these laws over the whole registry.
"""

from noiselib.testing.checking import check_corruption as check_corruption
from noiselib.testing.laws import LAWS as LAWS
from noiselib.testing.laws import Case as Case
from noiselib.testing.laws import Law as Law
