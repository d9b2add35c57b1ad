"""The random streams: the specified algorithm, word by word, and its statistics."""

import math
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from noiselib.streams import Streams, lattice, normal_table

M = 0xFFFFFFFF


def slow_mix(x):
    x ^= x >> 16
    x = x * 0x7FEB352D & M
    x ^= x >> 15
    x = x * 0x846CA68B & M
    return x ^ x >> 16


def slow_words(name, occurrence, draw, seed, image, count):
    """Return the words of the specified algorithm, one Python int at a time."""
    digest = blake2b(f"{name}/{occurrence}/{draw}".encode(), digest_size=4).digest()
    stream = int.from_bytes(digest, "little") >> 1
    keys = []
    for j in (0, 1):
        k = 0x9E3779B9
        for word in (seed & M, seed >> 32, 2 * stream + j, image >> 32, image & M):
            k = slow_mix((k ^ word) + 0x9E3779B9 & M)
        keys.append(k)
    words = []
    for position in range(count):
        h = slow_mix(position * 0x9E3779B9 + 0x85EBCA6B & M) + keys[0] & M
        h = (h ^ h >> 16) * 0x7FEB352D & M
        h = (h ^ h >> 15 ^ keys[1]) * 0x846CA68B & M
        words.append(h ^ h >> 16)
    return words


def streams(count=1, first=0, seed=0, name="test", occurrence=0):
    return Streams(name, occurrence, seed, np.arange(first, first + count, dtype=np.uint64))


@given(
    seed=st.integers(0, 2**64 - 1),
    image=st.integers(0, 2**64 - 1),
    occurrence=st.integers(0, 3),
    count=st.integers(1, 9),
)
@example(seed=0, image=0, occurrence=0, count=1)
@example(seed=2**64 - 1, image=2**64 - 1, occurrence=1, count=7)
def test_words_are_those_of_the_specification(seed, image, occurrence, count):
    drawn = Streams("fog", occurrence, seed, np.array([image], np.uint64))
    for draw in range(4):
        expected = slow_words("fog", occurrence, draw, seed, image, count)
        assert drawn.words((count,))[0].tolist() == expected


def test_images_of_one_batch_may_have_ids_of_any_size():
    """Ids that share their high half are keyed together, others separately: the same words."""
    ids = [3, 2**40, 2**40 + 1, 2**63 + 5, 4]
    drawn = Streams("fog", 0, 2**40 + 9, np.array(ids, np.uint64)).words((3,))
    assert drawn.tolist() == [slow_words("fog", 0, 0, 2**40 + 9, image, 3) for image in ids]


@pytest.mark.parametrize("rows", [slice(1, 3), np.array([3, 0])])
def test_a_selection_has_the_draws_of_the_batch(rows):
    whole = streams(4, seed=3)
    first, second = whole.words((2,)), whole.uniform(())
    for _ in range(2):  # the keys are shared, the number of calls is not
        some = whole.select(rows)
        assert np.array_equal(some.words((2,)), first[rows])
        assert np.array_equal(some.uniform(()), second[rows])


@pytest.mark.parametrize("shape", [(), (1,), (31,), (32,), (33,), (5, 7, 3)])
def test_short_and_long_rows_are_hashed_alike(shape):
    drawn = streams(3, seed=9, first=5).words(shape)
    assert drawn.shape == (3, *shape)
    assert drawn.dtype == np.uint32
    for i in range(3):
        assert drawn[i].ravel().tolist() == slow_words("test", 0, 0, 9, 5 + i, drawn[i].size)


@pytest.mark.parametrize("cached", [lattice(5), normal_table()])
def test_shared_arrays_are_read_only(cached):
    with pytest.raises(ValueError, match="read-only"):
        cached[0] = 1


@given(count=st.integers(1, 9))
def test_a_word_gives_two_values_low_halves_first(count):
    words = streams().words(((count + 1) // 2,))[0]
    expected = [*(words & 0xFFFF), *(words >> 16)][:count]
    assert streams().uniform16((count,))[0].tolist() == expected


def test_normal_is_the_quantile_of_the_uniform():
    integers = streams(3).uniform16((5, 4, 2))
    expected = ndtri((integers + 0.5) / 65536).astype(np.float32)
    drawn = streams(3).normal((5, 4, 2))
    assert np.array_equal(drawn, expected)
    assert drawn.dtype == np.float32


def test_the_largest_normal_is_the_documented_one():
    drawn = streams(64).normal((10_000,))
    assert abs(drawn).max() == pytest.approx(4.3247, abs=0.01)
    assert drawn.astype(np.float64).var() == pytest.approx(1, abs=0.01)


def test_uniform_is_the_middle_of_a_step():
    words = streams(3, seed=4).words((50,))
    drawn = streams(3, seed=4).uniform((50,))
    assert np.array_equal(drawn, (words + 0.5) / 2**32)
    assert drawn.dtype == np.float64


def test_uniform_has_open_limits_and_fine_steps():
    drawn = streams(8).uniform((10_000,))
    assert 0 < drawn.min() < 1e-3
    assert 1 - 1e-3 < drawn.max() < 1
    assert np.array_equal(streams(8).signed((10_000,)), 2 * drawn - 1)


def test_uniform_passes_the_kolmogorov_smirnov_test():
    drawn = streams(100, seed=5).uniform((10_000,)).ravel()
    assert stats.kstest(drawn, "uniform").pvalue > 1e-6


def test_every_halfword_value_is_equally_likely():
    drawn = streams(400, seed=6).uniform16((10_000,)).ravel()
    counts = np.bincount(drawn >> 6, minlength=1024)
    assert stats.chisquare(counts).pvalue > 1e-6


@pytest.mark.parametrize("what", ["position", "image", "seed", "draw", "occurrence"])
def test_neighbours_are_uncorrelated(what):
    """Adjacent positions, images, seeds, draws and occurrences: correlation within 6 deviations."""
    drawn = streams(200, seed=7)
    first = drawn.uniform((5_000,))
    other = {
        "position": lambda: np.roll(first, 1, axis=1),
        "image": lambda: np.roll(first, 1, axis=0),
        "seed": lambda: streams(200, seed=8).uniform((5_000,)),
        "draw": lambda: drawn.uniform((5_000,)),
        "occurrence": lambda: streams(200, seed=7, occurrence=1).uniform((5_000,)),
    }[what]()
    correlation = np.corrcoef(first.ravel(), other.ravel())[0, 1]
    assert abs(correlation) < 6 / math.sqrt(first.size)


def test_one_bit_of_the_id_or_seed_changes_half_of_the_bits():
    base = streams(1, 12345, 99).words((4096,))
    for first, seed in [(12345 ^ 1 << bit, 99) for bit in range(0, 60, 7)] + [
        (12345, 99 ^ 1 << bit) for bit in range(0, 63, 7)
    ]:
        changed = np.bitwise_count(base ^ streams(1, first, seed).words((4096,))).mean()
        assert abs(changed - 16) < 0.2


def test_first_keys_do_not_repeat_among_images():
    drawn = streams(200_000).words((1,)).ravel()
    assert len(np.unique(drawn)) > 199_990  # a word repeats by chance about 5 times
