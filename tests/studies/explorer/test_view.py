from urllib.parse import parse_qs

import numpy as np
import pytest
from hypothesis import given, strategies
from hypothesis.extra.numpy import arrays

from studies.core.errors import StudyError
from studies.explorer.view import (
    MAX_SEED,
    ImageSource,
    PlayView,
    format_source,
    from_query,
    own_image,
    parse_source,
    to_query,
)

SHAPE = (4, 5, 3)
FALLBACK = PlayView(ImageSource("test", 0), "identity", 0.5, 0)

pixels = arrays(np.uint8, SHAPE).map(lambda image: own_image("drawn", image))
sources = strategies.integers(0, 99).map(lambda number: ImageSource("test", number)) | pixels


def read(query):
    fields = {name: values[0] for name, values in parse_qs(query[1:]).items()}
    return from_query(fields, FALLBACK, images=100, shape=SHAPE)


@given(
    source=sources,
    spec=strategies.text(min_size=1).filter(lambda text: text.isprintable()),
    t=strategies.integers(0, 10_000).map(lambda n: n / 10_000),
    seed=strategies.integers(0, MAX_SEED),
)
def test_a_view_round_trips_through_its_address(source, spec, t, seed):
    view = PlayView(source, spec, t, seed)
    assert read(to_query(view)) == (view, [])


def test_an_address_is_readable():
    view = PlayView(ImageSource("test", 17), "rotation(degrees=30) | fog(density=1)", 0.25, 3)
    assert to_query(view) == (
        "?image=test-17&spec=rotation(degrees=30)%20%7C%20fog(density=1)&t=0.25&seed=3"
    )


def test_missing_parameters_are_those_of_the_fallback():
    assert read("?t=0.25") == (PlayView(ImageSource("test", 0), "identity", 0.25, 0), [])
    assert read("?other=1") == (FALLBACK, [])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?t=2", "t must be a number from 0 to 1, got '2'"),
        ("?t=nan", "t must be a number from 0 to 1, got 'nan'"),
        ("?t=much", "t must be a number from 0 to 1, got 'much'"),
        ("?seed=-1", "the seed must be a whole number from 0 to 4294967295, got '-1'"),
        ("?seed=4294967296", "the seed must be a whole number"),
        ("?seed=%C2%B2", "the seed must be a whole number"),
        ("?image=test-100", "test images have the numbers 0 to 99, got '100'"),
        ("?image=test-x", "test images have the numbers 0 to 99, got 'x'"),
        ("?image=cat.png", "the address names no image"),
        ("?image=drawn-!!", "the image in the address is damaged"),
        ("?image=drawn-AAAA", "the image in the address is damaged"),
    ],
)
def test_each_mistake_in_an_address_is_a_sentence(query, sentence):
    view, mistakes = read(query)
    assert view == FALLBACK
    assert len(mistakes) == 1
    assert mistakes[0].startswith(sentence)


def test_all_mistakes_are_reported_at_once():
    assert len(read("?t=7&seed=x&image=nothing")[1]) == 3


def test_an_image_of_another_shape_is_refused():
    small = format_source(own_image("drawn", np.zeros((2, 2, 1), np.uint8)))
    with pytest.raises(StudyError, match="does not fit the data"):
        parse_source(small, 10, SHAPE)


def test_a_decompression_bomb_is_not_decompressed():
    bomb = format_source(own_image("uploaded", np.zeros(50_000_000, np.uint8)))
    with pytest.raises(StudyError, match="does not fit the data"):
        parse_source(bomb, 10, SHAPE)
