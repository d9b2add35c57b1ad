"""One core for everybody: thread pools are pinned before anything that starts one is imported."""

import os
import platform
import sys
from pathlib import Path

__all__ = ["pin_to_one_core", "processor"]

POOLS = (
    "BLIS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def pin_to_one_core() -> None:
    """Tell every thread pool to be of one thread.

    Raises
    ------
    RuntimeError
        When numpy has been imported, whose pool has its size by then.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("thread pools must be pinned before numpy is imported")
    os.environ.update(dict.fromkeys(POOLS, "1"))
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it asks the network for its version


def processor() -> str:
    """Name the processor, as the system does."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
