"""Laws: how they are registered, and to which corruptions they apply."""

import numpy as np
import pytest

import noiselib
from noiselib.testing import LAWS, Law, check_corruption
from noiselib.testing.checking import check_law
from noiselib.testing.laws.law import Laws, draws_for, max_abs
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait


def test_a_function_is_registered_with_its_name_and_first_line():
    laws = Laws()

    @laws.register(Trait.LINEAR)
    def sums_are_preserved(case):
        """Sums are preserved.

        Details.
        """

    @laws.register()
    def nameless(case):
        pass

    assert laws == [
        Law("sums_are_preserved", "Sums are preserved.", Trait.LINEAR, sums_are_preserved),
        Law("nameless", "", None, nameless),
    ]


def test_a_law_applies_to_the_classes_with_its_trait(faulty_class):
    some, none = faulty_class(traits=Trait.LINEAR | Trait.EXACT), faulty_class()
    assert Law("", "", None, print).applies(none)
    assert Law("", "", Trait.LINEAR, print).applies(some)
    assert not Law("", "", Trait.LINEAR, print).applies(none)
    assert not Law("", "", Trait.STEPPED, print).applies(some)


def test_each_law_has_a_unique_name_and_statement():
    assert len(LAWS) > 25
    assert len({law.name for law in LAWS}) == len({law.statement for law in LAWS}) == len(LAWS)
    assert all(law.statement.endswith((".", ",")) for law in LAWS)


def test_the_number_of_examples(faulty_class, monkeypatch):
    tried = []
    law = Law("counted", "Counts.", None, lambda case: tried.append(case.seed()))
    other = Law("other", "Never tested.", Trait.LINEAR, lambda case: tried.append("other"))
    monkeypatch.setattr("noiselib.testing.checking.LAWS", (law, other))
    check_corruption(faulty_class(), max_examples=7)
    assert len(tried) == 7
    tried.clear()
    check_corruption(faulty_class())
    assert len(tried) == 50
    assert "other" not in tried
    tried.clear()
    check_law(law, faulty_class(), max_examples=3)
    assert len(tried) == 3


def test_a_broken_law_is_named_with_the_corruption():
    def never(case):
        assert case.cls is noiselib.Zoom
        raise AssertionError("broken")

    with pytest.raises(AssertionError, match="broken") as caught:
        check_law(Law("never", "It never holds.", None, never), noiselib.Zoom, max_examples=1)
    assert "zoom breaks the law 'never': It never holds." in caught.value.__notes__


def test_a_law_has_the_draws_of_a_call():
    images = pictures("noise", (3, 6, 5, 1), 1).astype(np.float32) / np.float32(255)
    noise = noiselib.GaussianNoise(sigma=0.25)
    expected = np.clip(noise.apply(images, draws_for(noise, images, 5)), 0, 1)
    assert np.array_equal(noise(images, seed=5), expected)


def test_the_largest_value_of_an_empty_array_is_0():
    assert max_abs(np.zeros((0, 3))) == 0
    assert max_abs(np.array([0.25, -0.5])) == 0.5
