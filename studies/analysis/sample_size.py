"""How many images it would take to see a difference between two models."""

import math

ONE_POINT = 0.01
POWER = 0.8


def images_needed(
    variance: float, *, difference: float = ONE_POINT, power: float = POWER, level: float = 0.95
) -> int | None:
    """Return how many images a paired test needs to find a difference.

    ``n = ((z_a sqrt(v + d^2) + z_b sqrt(v)) / d)^2`` with v the variance of an image's difference,
    ``z_a`` the two-sided normal quantile of the level and ``z_b`` the one of the power. For one
    seed ``v + d^2`` is the share of images on which just one model is right, and this is Connor's
    formula for McNemar's test.

    Parameters
    ----------
    variance
        ``v >= 0``, between images.
    difference
        The true difference to be seen, ``d > 0``; 0.01 is one point.
    power
        Probability to find it, in (0, 1).
    level
        1 minus the probability of a false alarm, in (0, 1).

    Returns
    -------
    int or None
        None where the models never differed: nothing is known of v then.

    References
    ----------
    Connor (1987), "Sample size for testing differences in proportions for the paired-sample
    design".
    """
    from scipy.special import ndtri

    if variance <= 0:
        return None
    under_none = float(ndtri((1 + level) / 2)) * math.sqrt(variance + difference**2)
    under_it = float(ndtri(power)) * math.sqrt(variance)
    return math.ceil(((under_none + under_it) / difference) ** 2)
