"""Messages for invalid specs, and the limits of specs."""

import pytest

import noiselib
from noiselib import SpecError, parse

EXPECTED = (
    "expected corruptions joined by |, as in rotation(degrees=30) | gaussian_noise(sigma=0.2), got "
)
BY_KEYWORD = "parameters are given by keyword, as in"
HAS = "it has factor, border, fill"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fogg", "no corruption is called 'fogg'; did you mean 'fog'?"),
        ("identitty", "no corruption is called 'identitty'; did you mean 'identity'?"),
        ("sometime(zoom)", f"sometime: {BY_KEYWORD} gaussian_noise(sigma=0.2), got zoom"),
        ("sometime", "no corruption is called 'sometime'; did you mean 'sometimes'?"),
        ("qqqqqqq", "no corruption is called 'qqqqqqq'"),
        ("zoom(2)", f"zoom: {BY_KEYWORD} zoom(factor=0.4), got 2"),
        ("zoom(**{})", "zoom: ** has no meaning in a spec"),
        ("zoom(factr=2)", f"zoom: no parameter is called 'factr'; did you mean 'factor'?; {HAS}"),
        ("zoom(q=2)", f"zoom: no parameter is called 'q'; {HAS}"),
        ("zoom(factor=[2])", "zoom: factor must be a number or a string, got '[2]'"),
        ("zoom(factor=-inf)", "zoom: factor must lie in [0.01, 100], got -inf"),
        ("zoom(factor=-True)", "zoom: factor must be a number or a string, got '-True'"),
        ("one_of(*zoom, zoom)", "one_of: * has no meaning in a spec"),
        ("one_of(zoom)", "one_of: needs two options or more, got 1"),
        ("one_of(zoom, zoom, p=1)", "one_of: takes no parameters, got p"),
        ("sometimes(zoom)", "sometimes: needs p=..., the probability, got none"),
        ("sometimes(zoom, p=1, q=2)", "sometimes: needs p=..., the probability, got p, q"),
        ("sometimes(p=1)", "sometimes: takes one corruption or pipeline, got 0"),
        ("sometimes(zoom, p='a')", "sometimes: p must be a number, got 'a'"),
        ("sometimes(zoom, p=1.5)", "sometimes: p must lie in [0, 1], got 1.5"),
        ("vary(zoom, p=1)", "vary: takes no parameters, got p"),
        ("vary(zoom, shear)", "vary: takes one corruption or pipeline, got 2"),
        (" ", "a spec must not be empty; the one that does nothing is 'identity'"),
        ("zoom & shear", EXPECTED + "'zoom & shear'"),
        ("vary", EXPECTED + "'vary'"),
        ("zoom(", "cannot read 'zoom(': '(' was never closed"),
    ],
)  # fmt: skip
def test_messages(text, message):
    with pytest.raises(SpecError) as caught:
        parse(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(("length", "shown"), [(60, "x" * 60), (61, "x" * 57 + "...")])
def test_long_texts_are_shortened(length, shown):
    with pytest.raises(SpecError) as caught:
        parse("'" + "x" * (length - 2) + "'")
    assert str(caught.value) == EXPECTED + repr("'" + shown[1:-1] + ("'" if length == 60 else "."))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("zoom".ljust(10_000), None),
        ("zoom".ljust(10_001), "a spec has at most 10000 characters, got 10001"),
        ("|".join(["zoom"] * 200), None),
        ("|".join(["zoom"] * 201), "a spec has at most 200 stages, got 201"),
        ("(" * 20 + "zoom" + ")" * 20, None),
        ("(" * 21 + "zoom" + ")" * 21, "a spec nests at most 20 deep, got 21"),
        ("([{" * 7 + "}])" * 7, "a spec nests at most 20 deep, got 21"),
        ("|".join(["vary(zoom)"] * 30), None),
    ],
)
def test_limits(text, message):
    if message is None:
        assert isinstance(parse(text), noiselib.Transform)
    else:
        with pytest.raises(SpecError) as caught:
            parse(text)
        assert str(caught.value) == message


def test_infinities_are_read_if_they_are_allowed():
    assert parse("shot_noise(photons=inf)").is_identity
    with pytest.raises(SpecError, match=r"got -inf$"):
        parse("shot_noise(photons=-inf)")


@pytest.mark.parametrize("text", ["'\\d'", "1if 2else 3", "zoom(factor=1is 2)"])
def test_warnings_of_python_about_literals_are_not_shown(text):
    with pytest.raises(SpecError):  # and no SyntaxWarning, which would be an error here
        parse(text)


def test_the_type_of_another_object_is_named():
    with pytest.raises(TypeError) as caught:
        parse(3.0)
    assert str(caught.value) == "a spec must be a str, got float"
