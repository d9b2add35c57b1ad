"""Specs: they are read back, and errors are one sentence."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import noiselib
from noiselib import SpecError, parse
from noiselib.testing.strategies import transforms

PIECES = [
    "gaussian_noise", "rotation", "one_of", "sometimes", "vary", "identity", "fogg", "(", ")",
    "|", ",", "=", "sigma", "degrees", "p", "0.2", "-", "1e400", "inf", "nan", "'nearest'",
    "None", "True", "[", "]", "*", "**", "lambda", ":", "\n", "\x00", "é", "0x1F", "9" * 40, " ",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("gaussian_noise", "gaussian_noise(sigma=0.5)"),
        ("gaussian_noise()", "gaussian_noise(sigma=0.5)"),
        (" rotation( degrees = 30.0 )|gaussian_noise(sigma=.20) ",
         "rotation(degrees=30) | gaussian_noise(sigma=0.2)"),
        ("rotation(border='nearest', degrees=-4)", "rotation(degrees=-4, border='nearest')"),
        ("identity", "identity"),
        ("identity | contrast(factor=.5) | identity", "contrast(factor=0.5)"),
        ("(shear) | (zoom | contrast)",
         "shear(factor=1) | zoom(factor=0.4) | contrast(factor=0.05)"),
        ("one_of(shear, zoom | shear)",
         "one_of(shear(factor=1), zoom(factor=0.4) | shear(factor=1))"),
        ("sometimes(vary(zoom), p=0.250)", "sometimes(vary(zoom(factor=0.4)), p=0.25)"),
        ("gaussian_noise(sigma=0.1234567890123456)", "gaussian_noise(sigma=0.123456789012)"),
    ],
)  # fmt: skip
def test_specs_have_one_canonical_form(text, canonical):
    assert str(parse(text)) == canonical
    assert parse(canonical) == parse(text)


@given(transforms())
def test_any_transform_reads_back(transform):
    assert parse(str(transform)) == transform
    assert repr(transform) == str(transform)
    assert hash(parse(str(transform))) == hash(transform)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fogg", "no corruption is called 'fogg'"),
        ("gausian_noise(sigma=1)", "did you mean 'gaussian_noise'?"),
        ("gaussian_noise(sigma=30)", r"gaussian_noise: sigma must lie in \[0, 10\], got 30"),
        ("gaussian_noise(sigma=nan)", "sigma must be a number or a string, got 'nan'"),
        ("gaussian_noise(sigma=1e999)", r"must lie in \[0, 10\], got inf"),
        ("gaussian_noise(sigma=inf)", "got inf"),
        ("gaussian_noise(sigma='0.2')", "sigma must be a number, got '0.2'"),
        ("gaussian_noise(sigma=True)", "sigma must be a number, got True"),
        ("gaussian_noise(sigma=2j)", "sigma must be a number or a string, got '2j'"),
        ("gaussian_noise(sigma=1+1)", "sigma must be a number or a string, got '1 [+] 1'"),
        ("gaussian_noise(0.2)", "given by keyword, as in gaussian_noise"),
        ("gaussian_noise(sigma=0.1, sigma=0.2)", "repeated: sigma|sigma is given twice"),
        ("gaussian_noise(sigm=0.1)", "no parameter is called 'sigm'; did you mean 'sigma'?"),
        ("gaussian_noise(**{})", "has no meaning"),
        ("rotation(border='wrap')", "border must be one of constant, nearest, reflect, got 'wrap'"),
        ("one_of(zoom)", "two options or more, got 1"),
        ("one_of(*zoom, zoom)", "has no meaning"),
        ("one_of", "no corruption is called 'one_of'|expected"),
        ("vary(zoom, shear)", "takes one corruption or pipeline, got 2"),
        ("vary()", "takes one corruption or pipeline, got 0"),
        ("sometimes(zoom)", "needs p=..., the probability, got none"),
        ("sometimes(zoom, p=2)", r"p must lie in \[0, 1\], got 2"),
        ("sometimes(zoom, p='a')", "p must be a number, got 'a'"),
        ("sometimes(zoom, p=0.5, q=1)", "needs p=..., the probability, got p, q"),
        ("vary(zoom, p=1)", "takes no parameters, got p"),
        ("", "must not be empty"),
        ("  \n ", "must not be empty"),
        ("zoom | ", "cannot read 'zoom | '"),
        ("zoom(", "cannot read"),
        ("zoom; shear", "cannot read"),
        ("__import__('os').system('true')", "expected corruptions joined by"),
        ("zoom if True else shear", "expected corruptions"),
        ("zoom & shear", "expected corruptions"),
        ("zoom.factor", "expected corruptions"),
        ("[zoom]", "expected corruptions"),
        ("zoom" + "|zoom" * 300, "at most 200 stages, got 301"),
        ("vary(" * 30 + "zoom" + ")" * 30, "nests at most 20 deep, got 30"),
        ("z" * 20_000, "at most 10000 characters, got 20000"),
        ("zoom\x00", "cannot read"),
        ("zoom(factor=" + "9" * 5000 + ")", "cannot read"),
        ("zoom(factor=" + "-" * 5000 + "1)", "."),
        ("\udcff", "cannot read"),
    ],
)  # fmt: skip
def test_invalid_specs(text, message):
    with pytest.raises(SpecError, match=message) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("thing", [None, 3, b"zoom", noiselib.identity])
def test_only_strings_are_read(thing):
    with pytest.raises(TypeError, match="a spec must be a str"):
        parse(thing)


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
@example("zoom(factor=0_1)")
@example("'\\d'")
def test_any_text_is_a_transform_or_a_spec_error(text):
    try:
        transform = parse(text)
    except SpecError as error:
        assert str(error)  # noqa: PT017 - no other type of error may be raised
    else:
        assert parse(str(transform)) == transform
