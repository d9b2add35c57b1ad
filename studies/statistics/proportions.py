"""Intervals of a proportion, for any positive sample size."""

import numpy as np

_FEW = 10  # successes or failures, below which Wilson's interval may be too short on their side


def wilson_interval(
    proportion: float, sample_size: float, level: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion, for any positive sample size.

    The solutions ``q`` of ``(p - q)^2 = z^2 q (1 - q) / n``. The one in scipy.stats takes whole
    numbers only.

    Parameters
    ----------
    proportion
        Observed proportion ``p`` in [0, 1].
    sample_size
        ``n``, which need not be whole.
    level
        Confidence level in (0, 1).

    Returns
    -------
    tuple of float
        Lower and upper limit in [0, 1], with the proportion between them.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    from scipy.special import ndtri

    z_squared = ndtri(0.5 + level / 2) ** 2
    centre = proportion + z_squared / (2 * sample_size)
    half = np.sqrt(
        z_squared * proportion * (1 - proportion) / sample_size
        + (z_squared / (2 * sample_size)) ** 2
    )
    scale = 1 + z_squared / sample_size
    low = 0.0 if proportion == 0 else float((centre - half) / scale)
    high = 1.0 if proportion == 1 else float((centre + half) / scale)
    return min(max(low, 0.0), proportion), max(min(high, 1.0), proportion)


def score_interval(
    proportion: float, sample_size: float, level: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's interval of a proportion, made safe where successes or failures are few.

    With ``x = n p`` below ten, Wilson's lower limit may miss a rare success too often (84 % held
    instead of 95 near ``n p = 0.2``). There the limit is lowered to the one-sided limit of a
    Poisson count where that is lower, ``gamma quantile (1 - level; x) / n``; likewise above for
    few failures.

    Parameters
    ----------
    proportion, sample_size, level
        As for `wilson_interval`.

    Returns
    -------
    tuple of float
        Lower and upper limit in [0, 1], with the proportion between them.

    References
    ----------
    Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", section 4.1.1,
    who do so for up to three successes.
    """
    low, high = wilson_interval(proportion, sample_size, level)
    low_of_few = _poisson_limit(proportion * sample_size, level) / sample_size
    high_of_few = 1 - _poisson_limit((1 - proportion) * sample_size, level) / sample_size
    return max(min(low, low_of_few), 0.0), min(max(high, high_of_few), 1.0)


def _poisson_limit(count: float, level: float) -> float:
    """Return the lower limit of a small count's expectation; the count itself of a larger one."""
    from scipy.special import gammaincinv

    return float(gammaincinv(count, 1 - level)) if 0 < count < _FEW else count
