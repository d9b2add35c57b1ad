"""Validation of seeds and ids."""

from hashlib import blake2b

import numpy as np
import pytest

from noiselib.validation import as_ids, as_seed

ONE_EACH = "ids must be an integer, or one integer or string for each image"


@pytest.mark.parametrize("ids", [7, np.int32(7), np.arange(7, 10), [7, 8, 9], np.uint8([7, 8, 9])])
def test_ids_are_the_first_or_all(ids):
    assert as_ids(ids, 3).tolist() == [7, 8, 9]


def test_text_ids_are_hashed():
    expected = [
        int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
        for text in ("a.png", "b.png")
    ]
    assert as_ids(["a.png", "b.png"], 2).tolist() == expected
    assert as_ids(np.array(["a.png", "b.png"]), 2).tolist() == expected


@pytest.mark.parametrize("ids", [[], np.zeros(0), 3])
def test_empty_batches_have_no_ids(ids):
    assert as_ids(ids, 0).tolist() == []


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, 2], "ids must have one entry for each of 3 images, got 2"),
        ([1, 2, -1], "ids must not be negative, got -1"),
        (-4, "ids must not be negative, got -4"),
        (0.5, f"{ONE_EACH}, got an array of float64 of shape ()"),
        ("abc", f"{ONE_EACH}, got 'abc'"),
        (["abc", 1, 2], f"{ONE_EACH}, got an array of object of shape (3,)"),
        (np.ones((3, 1), int), f"{ONE_EACH}, got an array of int64 of shape (3, 1)"),
        (2**64 - 2, "ids must lie in [0, 2**64), got 18446744073709551614 + 3"),
    ],
)
def test_wrong_ids_are_named(ids, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        as_ids(np.array(ids, object) if "object" in message else ids, 3)
    assert str(caught.value) == message


def test_the_largest_ids():
    assert as_ids(2**64 - 3, 3).tolist() == [2**64 - 3, 2**64 - 2, 2**64 - 1]


@pytest.mark.parametrize("seed", [0, np.uint64(2**64 - 1), True])
def test_seeds_of_64_bits(seed):
    assert as_seed(seed) == int(seed)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, "1", None])
def test_wrong_seeds_are_named(seed):
    what = (
        f"lie in [0, 2**64), got {seed}"
        if isinstance(seed, int)
        else f"be an integer, got {seed!r}"
    )
    with pytest.raises((TypeError, ValueError)) as caught:
        as_seed(seed)
    assert str(caught.value) == f"seed must {what}"
