"""Declaration, checks and interpolation of fields."""

import math

import numpy as np
import pytest

from noiselib.corruption import Corruption, format_value
from noiselib.fields import (
    Axis,
    FieldInfo,
    geometric,
    inverse_square,
    linear,
    parameter,
    round_to_12_digits,
    strength,
)


class Parent(Corruption, register=False):
    """A base class."""

    side: int = strength("a side", identity=2, worst=9, low=1, high=64, unit="pixels",
                         path=geometric)  # fmt: skip
    free: float = parameter("free", default=-3, unit="s")
    word: str = parameter("a word", default="no", choices=("yes", "no"))
    level: float = parameter("moves", default=8, low=0, high=99, identity=2, path=inverse_square)
    flag: bool = parameter("a flag", default=False)


class Child(Parent, register=False):
    """One more field, after the strength."""

    extra: int = parameter("one more", default=1)


INFINITY = math.inf


@pytest.mark.parametrize(
    ("name", "info"),
    [
        ("side", FieldInfo(description="a side", unit="pixels", low=1, high=64, identity=2,
                           worst=9, path=geometric)),
        ("free", FieldInfo(description="free", unit="s", low=-INFINITY, high=INFINITY)),
        ("word", FieldInfo(description="a word", choices=("yes", "no"))),
        ("level", FieldInfo(description="moves", low=0, high=99, identity=2, path=inverse_square)),
    ],
)  # fmt: skip
def test_declared_fields(name, info):
    assert Parent.field_info[name] == info


def test_field_info():
    field = parameter(
        "moves", default=8, low=0, high=99, choices=("a",), unit="s", identity=2, path=geometric
    )
    assert (field.default, field.kw_only) == (8, True)
    assert field.metadata["info"] == FieldInfo(
        description="moves", unit="s", low=0, high=99, choices=("a",), identity=2, path=geometric
    )
    assert parameter("bare", default=1).metadata["info"] == FieldInfo(description="bare")
    field = strength("grows", identity=1, worst=4, low=0, high=9, unit="s", path=geometric)
    assert (field.default, field.kw_only) == (4, True)
    assert field.metadata["info"] == FieldInfo(
        description="grows", unit="s", low=0, high=9, identity=1, worst=4, path=geometric
    )


def test_defaults_of_declarations():
    bare = FieldInfo(description="bare")
    assert bare == FieldInfo(
        description="bare", unit="", low=-INFINITY, high=INFINITY, choices=(), identity=None,
        worst=None, path=linear,
    )  # fmt: skip
    assert not bare.is_strength
    assert Parent.field_info["side"].is_strength
    plain = strength("grows", identity=0, worst=2).metadata["info"]
    assert plain == FieldInfo(description="grows", low=0, high=INFINITY, identity=0, worst=2)
    falls = strength("falls", identity=0, worst=-2).metadata["info"]
    assert falls == FieldInfo(description="falls", low=-INFINITY, high=0, identity=0, worst=-2)
    both = strength("both", identity=0, worst=0).metadata["info"]
    assert (both.low, both.high) == (-INFINITY, INFINITY)


def test_the_strength_is_first_and_fields_are_keyword_only():
    assert list(Child.field_info) == ["side", "free", "word", "level", "flag", "extra"]
    assert Child.strength_name == "side"
    assert Child.field_types == {"side": "int", "free": "float", "word": "str", "level": "float",
                           "flag": "bool", "extra": "int"}  # fmt: skip
    with pytest.raises(TypeError, match="positional argument"):
        Child(3)
    assert (Child().side, Child().free, Child().word) == (9, -3, "no")
    assert Child.name == "child"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"flag": 1}, "parent: flag must be True or False, got 1"),
        ({"word": "maybe"}, "parent: word must be one of yes, no, got 'maybe'"),
        ({"side": 2.0}, "parent: side must be an integer, got 2.0"),
        ({"side": True}, "parent: side must be an integer, got True"),
        ({"free": True}, "parent: free must be a number, got True"),
        ({"free": "1"}, "parent: free must be a number, got '1'"),
        ({"side": 0}, "parent: side must lie in [1, 64], got 0"),
        ({"side": 65}, "parent: side must lie in [1, 64], got 65"),
        ({"level": 99.5}, "parent: level must lie in [0, 99], got 99.5"),
        ({"free": math.nan}, "parent: free must lie in [-inf, inf], got nan"),
    ],
)
def test_wrong_values(values, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        Parent(**values)
    assert str(caught.value) == message


@pytest.mark.parametrize("side", [1, 64, np.int8(5)])
def test_limits_are_inclusive(side):
    made = Parent(side=side, level=99, free=np.float32(0.5), word="yes", flag=True)
    assert (made.side, type(made.side)) == (int(side), int)
    assert (made.level, type(made.level)) == (99.0, float)
    assert (made.free, made.word, made.flag) == (0.5, "yes", True)


def test_fields_that_move_and_fields_that_do_not():
    half = Parent(flag=True).at(0.5)
    assert half.side == round((2 * 9) ** 0.5)
    assert (half.level, half.free, half.word, half.flag) == (32, -3, "no", True)
    whole = Parent().at(0)
    assert (whole.side, whole.level) == (2, 2)
    assert type(whole.side) is int
    assert type(whole.level) is float
    assert whole.is_identity
    assert not Parent(level=2).is_identity
    assert not Parent(side=2).is_identity
    info = FieldInfo(description="", identity=0.4, worst=9)
    assert (info.at("int", 9, 0), info.at("float", 9, 0)) == (0, 0.4)
    assert info.at("int", 9, 1) == 9
    assert info.at("float", 0.3, 1e-9) == 0.3999999999
    assert FieldInfo(description="").at("float", 5.0, 0.5) == 5.0


@pytest.mark.parametrize(
    ("path", "start", "end", "t", "value"),
    [
        (linear, 2, 5, 0.25, 2.75),
        (geometric, 2, 32, 0.25, 4),
        (geometric, 2, 32, 0.75, 16),
        (inverse_square, 7, 4, 0.5, 16),
        (inverse_square, 7, 4, 1e-200, 7),
    ],
)
def test_paths(path, start, end, t, value):
    assert path(start, end, t) == pytest.approx(value)


def test_rounding():
    assert round_to_12_digits(0.1 + 0.2) == 0.3
    assert round_to_12_digits(1.23456789012345) == 1.23456789012
    assert math.copysign(1, round_to_12_digits(-0.0)) == 1
    assert math.copysign(1, round_to_12_digits(-1e-320)) == -1
    assert format_value(30.0) == "30"
    assert format_value(0.1234567890123) == "0.123456789012"
    assert format_value("a") == "'a'"
    assert format_value(3) == "3"


def test_axes():
    assert Parent().axis == Axis("side", "a side", "pixels")
    assert Parent().axis.label == "side [pixels]"
    assert Axis("t", "", "").label == "t"
    still = Parent(side=2)
    description = "fraction of the severity range, from the identity to the corruption itself"
    assert still.axis == Axis("t", description, "")
    assert still.position(0.25) == 0.25
    assert Parent().position(0.5) == 4
    assert type(Parent().position(0.5)) is float
