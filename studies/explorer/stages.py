"""A pipeline as its stages: add one, move it, take it out, change a parameter."""

import dataclasses
import functools
import operator

import noiselib
from noiselib import Corruption, Pipeline, Transform
from noiselib.fields import Value

Stages = tuple[Transform, ...]


def stages_of(transform: Transform) -> Stages:
    """Return the stages of a transform, in order; none for the identity."""
    return transform.stages if isinstance(transform, Pipeline) else (transform,)


def joined(stages: Stages) -> Transform:
    """Return the transform that has these stages."""
    return functools.reduce(operator.or_, stages, noiselib.identity)


def added(transform: Transform, name: str) -> Transform:
    """Append a corruption at its worst, by name.

    Raises
    ------
    noiselib.SpecError
        When none is called so.
    """
    return joined((*stages_of(transform), noiselib.parse(name)))


def removed(transform: Transform, index: int) -> Transform:
    """Take a stage out."""
    stages = stages_of(transform)
    return joined(stages[:index] + stages[index + 1 :])


def moved(transform: Transform, index: int, by: int) -> Transform:
    """Move a stage by so many places, as far as the ends."""
    stages = list(stages_of(transform))
    stage = stages.pop(index)
    stages.insert(min(max(index + by, 0), len(stages)), stage)
    return joined(tuple(stages))


def changed(transform: Transform, index: int, field: str, value: Value) -> Transform:
    """Give a parameter of a stage another value.

    Raises
    ------
    TypeError, ValueError
        When the value is not allowed; the message is one sentence.
    """
    stages = list(stages_of(transform))
    stage = stages[index]
    if not isinstance(stage, Corruption):
        raise TypeError(f"{stage} has no parameters of its own; change it in the text")
    stages[index] = dataclasses.replace(stage, **{field: value})
    return joined(tuple(stages))
