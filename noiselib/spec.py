"""Specs, the text form of transforms: ``parse(text)`` is the inverse of ``str(transform)``.

A spec is a Python expression of corruption calls with keyword arguments, joined by ``|``. It is
read with `ast` and never evaluated; its length, depth and number of stages are bounded.
"""

from __future__ import annotations

import ast
import difflib
import math
import warnings

from noiselib.catalogue import registry
from noiselib.choices import OneOf, Sometimes, Vary
from noiselib.fields import Value
from noiselib.transform import Transform, chain, identity

__all__ = ["SpecError", "parse"]

MAX_CHARACTERS = 10_000
MAX_DEPTH = 20
MAX_STAGES = 200
CHOICES = ("one_of", "sometimes", "vary")


class SpecError(ValueError):
    """A text that is not a valid spec; the message is one sentence with what, where and why."""


def parse(text: str) -> Transform:
    """Read a spec.

    Parameters
    ----------
    text : str
        For example ``rotation(degrees=30) | gaussian_noise(sigma=0.2)``. Besides the registered
        corruptions there are ``identity``, ``one_of(a, b, ...)``, ``sometimes(a, p=0.5)`` and
        ``vary(a)``. Parameters are given by keyword and have defaults; that of the strength is
        its maximum severity, so ``fog`` means ``fog()``.

    Returns
    -------
    Transform
        ``parse(str(transform)) == transform``.

    Raises
    ------
    SpecError
        If the text is not a valid spec; the message suggests the nearest name for an unknown one.
    TypeError
        If `text` is not a str.

    Examples
    --------
    >>> parse("rotation(degrees=30.0)|gaussian_noise(sigma=.20)")
    rotation(degrees=30) | gaussian_noise(sigma=0.2)
    """
    if not isinstance(text, str):
        raise TypeError(f"a spec must be a str, got {type(text).__name__}")
    check_size(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings of Python about odd literals
            expression = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise SpecError(f"cannot read {shorten(text)}: {reason}") from None
    return read_transform(expression)


def check_size(text: str) -> None:
    """Limit the work of the parser."""
    if not text.strip():
        raise SpecError("a spec must not be empty; the one that does nothing is 'identity'")
    if len(text) > MAX_CHARACTERS:
        raise SpecError(f"a spec has at most {MAX_CHARACTERS} characters, got {len(text)}")
    if text.count("|") >= MAX_STAGES:
        raise SpecError(f"a spec has at most {MAX_STAGES} stages, got {text.count('|') + 1}")
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise SpecError(f"a spec nests at most {MAX_DEPTH} deep, got {deepest}")


def read_transform(node: ast.expr) -> Transform:
    """Read a pipeline, a call or a bare name."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return chain(read_transform(left), read_transform(right))
        case ast.Name(id="identity"):
            return identity
        case ast.Name(id=name) if name not in CHOICES:
            return build_corruption(name, {})
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            values = read_keywords(name, keywords)
            if name in CHOICES:
                return read_choice(name, args, values)
            if args:
                raise SpecError(
                    f"{name}: parameters are given by keyword, as in {example(name)}, "
                    f"got {ast.unparse(args[0])}"
                )
            return build_corruption(name, values)
    raise SpecError(
        "expected corruptions joined by |, as in rotation(degrees=30) | gaussian_noise(sigma=0.2), "
        f"got {shorten(ast.unparse(node))}"
    )


def read_keywords(owner: str, keywords: list[ast.keyword]) -> dict[str, Value]:
    """Read the keyword arguments of a call."""
    values: dict[str, Value] = {}
    for keyword in keywords:
        if keyword.arg is None:
            raise SpecError(f"{owner}: ** has no meaning in a spec")
        if keyword.arg in values:  # most versions of ast.parse refuse this already
            raise SpecError(f"{owner}: {keyword.arg} is given twice")
        values[keyword.arg] = read_value(owner, keyword.arg, keyword.value)
    return values


def read_value(owner: str, name: str, node: ast.expr) -> Value:
    """Read a number, a string, True or False, or inf."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.Name(id="inf"):
            return math.inf
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="inf")):
            return -math.inf
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            if not isinstance(value, bool):  # True is an int in Python
                return -value
    raise SpecError(
        f"{owner}: {name} must be a number or a string, got {shorten(ast.unparse(node))}"
    )


def read_choice(name: str, args: list[ast.expr], values: dict[str, Value]) -> Transform:
    """Read one_of, sometimes or vary."""
    for star in args:
        if isinstance(star, ast.Starred):
            raise SpecError(f"{name}: * has no meaning in a spec")
    options = tuple(read_transform(arg) for arg in args)
    expected = {"p"} if name == "sometimes" else set()
    if set(values) != expected:
        rule = "needs p=..., the probability" if expected else "takes no parameters"
        raise SpecError(f"{name}: {rule}, got {', '.join(values) or 'none'}")
    if name != "one_of" and len(options) != 1:
        raise SpecError(f"{name}: takes one corruption or pipeline, got {len(options)}")
    try:
        if name == "one_of":
            return OneOf(options)
        return Vary(options[0]) if name == "vary" else Sometimes(options[0], values["p"])  # type: ignore[arg-type]  # Sometimes checks p
    except (TypeError, ValueError) as error:
        raise SpecError(str(error)) from None


def build_corruption(name: str, values: dict[str, Value]) -> Transform:
    """Return a corruption, from its name and parameters."""
    classes = registry()
    if name not in classes:
        hint = suggestion(name, [*classes, "identity", *CHOICES])
        raise SpecError(f"no corruption is called {name!r}{hint}")
    cls = classes[name]
    for key in values:
        if key not in cls.field_info:
            hint = suggestion(key, list(cls.field_info))
            raise SpecError(
                f"{name}: no parameter is called {key!r}{hint}; it has {', '.join(cls.field_info)}"
            )
    try:
        return cls(**values)
    except (TypeError, ValueError, OverflowError) as error:
        raise SpecError(str(error)) from None


def suggestion(name: str, names: list[str]) -> str:
    """Suggest the most similar of some names, if one is similar."""
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def example(name: str) -> str:
    """Return an example of the spec of a corruption."""
    cls = registry().get(name)
    return str(cls()) if cls else "gaussian_noise(sigma=0.2)"


def shorten(text: str) -> str:
    """Return the beginning of a text, quoted."""
    return repr(text if len(text) <= 60 else text[:57] + "...")
