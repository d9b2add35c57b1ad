"""What all tests share: Hypothesis profiles, the real MNIST if it is there, and a browser."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

sys.path.insert(0, str(Path(__file__).parent))
import browser as browsers

MNIST = Path(__file__).parents[2] / "shared" / "data" / "mnist.npz"

# "ci" is Hypothesis's own: 100 examples, the same at every run. No deadlines: machines are shared.
settings.register_profile("few", settings.get_profile("ci"), max_examples=30)
settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile(
    "nightly", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# A mutant must be cheap to try: few examples, always the same, and a failure is enough as it is.
settings.register_profile(
    "mutation",
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))


@pytest.fixture(scope="session")
def mnist_path():
    if not MNIST.exists():
        pytest.skip(f"the real MNIST is not at {MNIST}")
    return MNIST


@pytest.fixture(scope="session")
def mnist_images(mnist_path):
    """The first 1,000 test digits, uint8 (1000, 28, 28, 1)."""
    with np.load(mnist_path, allow_pickle=False) as arrays:
        return arrays["x_test"][:1000, ..., None]


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium without a network; see `browser.Browser`."""
    yield from browsers.start()
