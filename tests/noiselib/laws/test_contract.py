"""The laws of the call hold of a lawful corruption, to the edge, and name each fault."""

import numpy as np
import pytest

from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.testing.strategies import pictures


def called(change):
    """A call whose result is changed: change(result, images, keywords)."""

    def call(self, images, **keywords):
        return change(Corruption.__call__(self, images, **keywords), images, keywords)

    return {"__call__": call}


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
@pytest.mark.parametrize("width", [1, 2])
def test_shape_and_dtype(fault, verdict, dtype, width):
    images = pictures("noise", (2, 5, width, 1), 0)
    asked = {"dtype": dtype, "images": images}
    given = images.astype(dtype) / (1 if dtype == "uint8" else 255)
    if width == 2:  # a width of 1, 3 or 4 must have channels
        asked["with_or_without_channels"] = given.astype(dtype)[..., 0]
    assert verdict("shape_and_dtype_are_preserved", fault(), **asked) == ""
    short = fault(**called(lambda result, *_: result[:, 1:]))
    shape = asked.get("with_or_without_channels", images).shape
    said = verdict("shape_and_dtype_are_preserved", short, **asked)
    assert said == f"{shape} became {(2, 4, *shape[2:])}"
    wide = fault(**called(lambda result, *_: result.astype(np.complex64)))
    assert verdict("shape_and_dtype_are_preserved", wide, **asked) == f"{dtype} became complex64"


@pytest.mark.parametrize("width", [3, 4])
def test_a_small_last_axis_is_never_left_to_guesses(fault, verdict, width):
    images = pictures("noise", (2, 5, width, 1), 0)
    assert verdict("shape_and_dtype_are_preserved", fault(), dtype="uint8", images=images) == ""
    colours = pictures("noise", (2, 5, 2, 3), 0)
    assert verdict("shape_and_dtype_are_preserved", fault(), dtype="uint8", images=colours) == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, ""), (1, ""), (np.nan, "not finite"), (-0.25, "least -0.25"), (1.5, "greatest 1.5")],
)
def test_values_in_range(fault, verdict, value, said):
    cls = fault(**called(lambda result, *_: np.full_like(result, value)))
    assert verdict("values_stay_in_range", cls) == said


def overwrite(self, images, draws):
    images.flags.writeable = True
    images[0] = 0.5
    return images.copy()


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda self, images, draws: images + np.float64(0.5), "apply gave float64"),
        (lambda self, images, draws: images[1:], "apply made (3, 6, 5, 1) (2, 6, 5, 1)"),
        (overwrite, "apply changed its images"),
    ],
)
def test_apply(fault, verdict, apply, said):
    assert verdict("apply_returns_float32", fault()) == ""
    assert verdict("apply_returns_float32", fault(apply=apply)) == said


def test_apply_cannot_write_to_its_images(fault, verdict):
    def write(self, images, draws):
        images[0] = 0.5
        return images

    with pytest.raises(ValueError, match="read-only"):
        verdict("apply_returns_float32", fault(apply=write))


@pytest.mark.parametrize(
    "law",
    ["values_stay_in_range", "starts_at_the_identity", "error_grows_at_every_pixel",
     "mean_error_grows", "channels_are_independent", "second_application_changes_nothing"],
)  # fmt: skip
def test_every_call_has_the_seed_of_the_example(fault, verdict, law):
    def call(self, images, *, seed=0):
        assert seed == 5, "another seed"
        return images + images.dtype.type(self.gain)

    said = verdict(law, fault(__call__=call), images=pictures("black", (2, 3, 4, 3), 0), t=[0, 1])
    assert said != "another seed"


def by_layout(result, images, keywords):
    return result if images.flags.c_contiguous else 255 - result


def in_place(result, images, keywords):
    if images.flags.writeable:
        images[0] = 7
    return result


@pytest.mark.parametrize(
    ("change", "layout", "said"),
    [
        (by_layout, "C", ""),
        (by_layout, "Fortran", "another layout, other bits"),
        (by_layout, "strided", "another layout, other bits"),
        (by_layout, "reversed", "another layout, other bits"),
        (in_place, "read-only", ""),
        (in_place, "C", "the input was changed"),
        (in_place, "reversed", "the input was changed"),
    ],
)
def test_memory(fault, verdict, change, layout, said):
    assert verdict("result_owns_its_memory", fault(), layout=layout) == ""
    assert verdict("result_owns_its_memory", fault(**called(change)), layout=layout) == said


def test_a_result_in_the_memory_of_the_input(fault, verdict):
    cls = fault(**called(lambda result, images, _: images))
    said = verdict("result_owns_its_memory", cls, layout="C")
    assert said == "the result shares the input's memory"


def test_threads(fault, verdict):
    cls = fault(**called(lambda result, _, keywords: result ^ (keywords.get("workers", 1) == 2)))
    assert verdict("threads_do_not_matter", fault()) == ""
    assert verdict("threads_do_not_matter", cls) == "threads matter"


def test_rounding(fault, verdict):
    """Half of the levels: every result of uint8 lies midway, and goes up."""

    def off_by_one(result, images, keywords):
        return result - (result > 0) if result.dtype == np.uint8 else result

    assert verdict("uint8_is_rounded_once", fault()) == ""
    assert verdict("uint8_is_rounded_once", fault(**called(off_by_one))) != ""


def taking(name, wanted):
    """A class that takes one value beyond the limits of a field."""

    class Taking(Corruption, register=False):
        gain: float = strength("what is added", identity=0, worst=0.5)
        flag: bool = parameter("is passed over", default=False)
        word: str = parameter("is passed over", default="a", choices=("a", "b"))
        open: float = parameter("has no least value", default=0, high=1)
        size: int = parameter("is a whole number", default=2, low=1, high=3)

        def __post_init__(self):
            if str(getattr(self, name)) != wanted:
                super().__post_init__()

    return Taking


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("size", "-1", True), ("size", "0", False), ("size", "4", False), ("size", "nan", False),
        ("open", "2", False), ("open", "nan", False), ("flag", "nan", False),
        ("word", "nan", False),
    ],
)  # fmt: skip
def test_limits(verdict, name, value, holds):
    said = verdict("limits_are_enforced", taking(name, value))
    assert said == ("" if holds else f"{name}={value} was taken")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("no"), "'no' does not name the corruption"),
        (TypeError("faulty"), "'faulty' does not name gain"),
    ],
)
def test_refusals_say_what_is_wrong(fault, verdict, error, said):
    class Refusing(Corruption, register=False):
        gain: float = strength("what is added", identity=0, worst=0.5, high=1)

        def __post_init__(self):
            if not 0 <= self.gain <= 1:
                raise error

    Refusing.name = "faulty"
    assert verdict("limits_are_enforced", Refusing) == said
