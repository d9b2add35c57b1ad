"""One core for all packages: limit thread pools before anything that starts one is imported."""

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
    """Limit every thread pool to one thread.

    Raises
    ------
    RuntimeError
        When numpy is already imported, because the size of its pool is then fixed.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("thread pools must be pinned before numpy is imported")
    os.environ.update(dict.fromkeys(POOLS, "1"))
    os.environ.setdefault(
        "NO_ALBUMENTATIONS_UPDATE", "1"
    )  # otherwise it looks for updates on the network


def processor() -> str:
    """Return the name of the processor as the system reports it."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
