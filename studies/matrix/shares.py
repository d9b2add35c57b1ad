"""How many of its draws each network recognises of each image, read from stored answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.plan import IDENTITY, Column, Point, Training
from studies.results.sweep_results import Reader
from studies.run.matrix import Network

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shares:
    """How the networks of one training fare on one test, or on the mean of several.

    Attributes
    ----------
    by_image
        ``(trainings, images)``: the share of an image's draws that a network recognises, in [0, 1].
    draws
        How many draws of each image that is.
    """

    by_image: Values
    draws: int


Answers = Mapping[tuple[str, str], Shares]
"""Labels of training and test -> shares; where a cell is missing, there is no entry."""


def read_answers(
    reader: Reader,
    networks: Sequence[Network],
    digests: Mapping[str, str],
    points: Sequence[Point],
    tests: Sequence[Column],
) -> dict[tuple[str, str], Shares]:
    """Return the shares of every training on every test, as far as all their cells are stored.

    Parameters
    ----------
    reader
        Of the results.
    networks
        All of them.
    digests
        Name of a network -> digest.
    points
        The points of the sweep.
    tests
        The columns.
    """
    by_training: dict[Training, list[Network]] = {}
    for network in networks:
        by_training.setdefault(network.training, []).append(network)
    found = {}
    for training, several in by_training.items():
        for test in tests:
            mine = _points_of(test, points)
            rows = [_of_a_network(reader, mine, digests[network.name]) for network in several]
            whole = [row for row in rows if row is not None]
            if len(whole) == len(rows):
                draws = sum(len(point.conditions) for point in mine)
                found[training.label, test.label] = Shares(np.stack(whole), draws)
    return found


def _points_of(test: Column, points: Sequence[Point]) -> list[Point]:
    if test.corruption == IDENTITY:
        return [next(point for point in points if point.t == 0)]
    return [point for point in points if point.corruption == test.corruption and point.t > 0]


def _of_a_network(reader: Reader, points: Sequence[Point], digest: str) -> Values | None:
    """Return ``(images,)``: the mean over the strengths; None where a cell is missing."""
    shares = []
    for point in points:
        answers = reader.at(point, digest)
        if answers is None or len(answers.conditions) < len(point.conditions):
            return None
        shares.append(answers.correct.mean(axis=0, dtype=np.float64))
    mean: Values = np.mean(shares, axis=0)
    return mean


def mean_of(shares: Sequence[Shares]) -> Shares:
    """Return the mean over several tests, each counting alike."""
    by_image: Values = np.mean([item.by_image for item in shares], axis=0)
    return Shares(by_image, sum(item.draws for item in shares))
