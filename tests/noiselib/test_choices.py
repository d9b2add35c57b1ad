"""Choices and pipelines: routes, errors and properties."""

from collections import Counter

import numpy as np
import pytest

import noiselib
from noiselib import Transform, identity, one_of, sometimes, vary
from noiselib.choices import OneOf, Sometimes, Vary
from noiselib.routing import Routing, Stage
from noiselib.transform import Composite, Pipeline, chain

NOISE, TURN = noiselib.GaussianNoise(sigma=0.25), noiselib.Rotation(degrees=30)
IDS = np.arange(200, dtype=np.uint64)
FLOATS = np.random.default_rng(0).random((40, 6, 5, 2)).astype(np.float32)


def resolved(transform, seed=3):
    """Return the route of each image, and how often each name has occurred."""
    counter = Counter()
    routing = transform.resolve(seed, IDS, counter)
    assert set(routing.labels) == set(range(len(routing.routes)))
    ways = [
        [(stage.corruption, stage.occurrence) for stage in routing.routes[label]]
        for label in routing.labels
    ]
    return ways, dict(counter)


def test_a_stage_after_a_choice_is_for_every_image():
    whole = (one_of(NOISE, TURN) | noiselib.Brightness(shift=0.1))(FLOATS, seed=2)
    first = one_of(NOISE, TURN)(FLOATS, seed=2)
    assert np.array_equal(whole, noiselib.Brightness(shift=0.1)(first, seed=2))
    whole = (noiselib.Brightness(shift=0.1) | one_of(NOISE, TURN))(FLOATS, seed=2)
    first = noiselib.Brightness(shift=0.1)(FLOATS, seed=2)
    assert np.array_equal(whole, one_of(NOISE, TURN)(first, seed=2))


def test_two_choices_make_every_pair_of_routes():
    ways, counter = resolved(one_of(NOISE, TURN) | one_of(NOISE, TURN | NOISE))
    assert counter == {"one_of": 2, "gaussian_noise": 3, "rotation": 2}
    assert {tuple(way) for way in ways} == {
        ((NOISE, 0), (NOISE, 1)), ((NOISE, 0), (TURN, 1), (NOISE, 2)),
        ((TURN, 0), (NOISE, 1)), ((TURN, 0), (TURN, 1), (NOISE, 2)),
    }  # fmt: skip


def test_then_with_one_route_on_either_side():
    a, b, c = (Stage(NOISE, k) for k in range(3))
    two = Routing(np.array([1, 0, 1]), ((a,), (b,)))
    one = Routing.same_for_all((c,), 3)
    for joined, ways in ((two.then(one), [(b, c), (a, c), (b, c)]),
                         (one.then(two), [(c, b), (c, a), (c, b)]),
                         (one.then(one), [(c, c)] * 3)):  # fmt: skip
        assert [joined.routes[label] for label in joined.labels] == ways


def test_a_choice_of_choices_has_the_route_of_each_image():
    a, b, c = (Stage(NOISE, k) for k in range(3))
    first = Routing(np.array([0, 1, 0, 1]), ((a,), (b,)))
    second = Routing.same_for_all((c,), 4)
    both = Routing.choice(np.array([0, 0, 1, 1]), [first, second])
    assert [both.routes[label] for label in both.labels] == [(a,), (b,), (c,), (c,)]
    assert len(both.routes) == 3
    unused = Routing.choice(np.array([1, 1, 1, 1]), [first, second])
    assert unused.routes == ((c,),)


def test_probabilities_are_met():
    for p in (0.0, 0.1, 0.5, 1.0):
        ways, _ = resolved(sometimes(NOISE, p=p))
        assert abs(sum(bool(way) for way in ways) - 200 * p) < 25
    ways, _ = resolved(one_of(TURN, NOISE, TURN))
    counts = Counter(way[0] for way in ways)
    assert abs(counts[NOISE, 0] - 67) < 25


def test_an_identity_stage_is_not_on_the_route():
    ways, counter = resolved(noiselib.GaussianNoise(sigma=0) | NOISE)
    assert ways[0] == [(NOISE, 1)]
    assert counter == {"gaussian_noise": 2}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: one_of(NOISE), "one_of: needs two options or more, got 1"),
        (one_of, "one_of: needs two options or more, got 0"),
        (lambda: one_of(NOISE, 3), "one_of: expected a corruption or a pipeline, got 3"),
        (lambda: vary("zoom"), "vary: expected a corruption or a pipeline, got 'zoom'"),
        (lambda: sometimes(None, p=1), "sometimes: expected a corruption or a pipeline, got None"),
        (lambda: sometimes(NOISE, p=True), "sometimes: p must be a number, got True"),
        (lambda: sometimes(NOISE, p="1"), "sometimes: p must be a number, got '1'"),
        (lambda: sometimes(NOISE, p=1.25), "sometimes: p must lie in [0, 1], got 1.25"),
        (lambda: sometimes(NOISE, p=-0.25), "sometimes: p must lie in [0, 1], got -0.25"),
        (lambda: NOISE.at(1.5), "t must lie in [0, 1], got 1.5"),
    ],
)
def test_errors(make, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        make()
    assert str(caught.value) == message


def test_a_composite_must_define_its_components():
    class Nameless(Composite):
        at = resolve = __str__ = lambda self, *_: self

    with pytest.raises(TypeError, match=r"abstract.*Nameless.*components"):
        Nameless()


def test_probabilities_have_twelve_digits():
    assert sometimes(NOISE, p=0.1 + 0.2).p == 0.3
    assert sometimes(NOISE, p=np.float32(0.5)) == sometimes(NOISE, p=0.5)
    assert type(sometimes(NOISE, p=1).p) is float
    assert str(sometimes(NOISE, p=1 / 3)) == (
        "sometimes(gaussian_noise(sigma=0.25), p=0.333333333333)"
    )


def test_properties_follow_from_the_components():
    still = noiselib.Zoom(factor=1)
    calm = noiselib.Zoom(factor=2)
    for make in (lambda x: OneOf((x, x)), lambda x: Sometimes(x, 0.5), Vary):
        assert make(still).is_identity
        assert not make(still).is_random
        assert not make(calm).is_identity
        assert make(calm).is_random  # the choice is random
    assert not (calm | still).is_random
    assert (calm | NOISE).is_random
    assert (NOISE | calm).is_random
    assert not (calm | calm).is_identity
    mixed = one_of(calm, vary(NOISE)) | NOISE | TURN
    assert mixed.revisions == (
        ("gaussian_noise", NOISE.revision), ("rotation", TURN.revision), ("zoom", calm.revision)
    )  # fmt: skip


def test_chains():
    assert chain() == identity == Pipeline(())
    assert chain(NOISE) is NOISE
    assert chain(NOISE, chain(TURN, NOISE)).stages == (NOISE, TURN, NOISE)
    assert str(identity) == repr(identity) == "identity"
    assert str(NOISE | TURN) == "gaussian_noise(sigma=0.25) | rotation(degrees=30)"
    assert str(one_of(NOISE, TURN)) == "one_of(gaussian_noise(sigma=0.25), rotation(degrees=30))"
    assert NOISE.__or__("zoom") is NotImplemented
    assert isinstance(NOISE | TURN, Transform)


def test_ipython_shows_the_spec():
    class Printer:
        def text(self, shown):
            self.shown = shown

    printer = Printer()
    TURN._repr_pretty_(printer, False)
    assert printer.shown == "rotation(degrees=30)"


def test_fractions_of_the_severity_range():
    assert (NOISE | TURN).at(0.5) == noiselib.GaussianNoise(sigma=0.125) | noiselib.Rotation(
        degrees=15
    )
    assert one_of(NOISE, TURN).at(0.5).components == (NOISE.at(0.5), TURN.at(0.5))
    assert sometimes(NOISE, p=0.25).at(0.5) == sometimes(NOISE.at(0.5), p=0.25)
    assert vary(TURN).at(0.5) == vary(TURN.at(0.5))
    for made in (NOISE | TURN, one_of(NOISE, TURN), vary(TURN)):
        assert (made.axis.name, made.position(0.75)) == ("t", 0.75)
