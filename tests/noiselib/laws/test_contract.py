"""The laws of the call accept a correct corruption, up to their tolerances, and name each fault."""

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
def test_shape_and_dtype(faulty_class, law_message, dtype, width):
    images = pictures("noise", (2, 5, width, 1), 0)
    examples = {"dtype": dtype, "images": images}
    batch = images.astype(dtype) / (1 if dtype == "uint8" else 255)
    if width == 2:  # a width of 1, 3 or 4 must have channels
        examples["with_or_without_channels"] = batch.astype(dtype)[..., 0]
    assert law_message("shape_and_dtype_are_preserved", faulty_class(), **examples) == ""
    short = faulty_class(**called(lambda result, *_: result[:, 1:]))
    shape = examples.get("with_or_without_channels", images).shape
    message = law_message("shape_and_dtype_are_preserved", short, **examples)
    assert message == f"{shape} became {(2, 4, *shape[2:])}"
    wide = faulty_class(**called(lambda result, *_: result.astype(np.complex64)))
    assert (
        law_message("shape_and_dtype_are_preserved", wide, **examples)
        == f"{dtype} became complex64"
    )


@pytest.mark.parametrize("width", [3, 4])
def test_a_small_last_axis_always_has_channels(faulty_class, law_message, width):
    images = pictures("noise", (2, 5, width, 1), 0)
    assert (
        law_message("shape_and_dtype_are_preserved", faulty_class(), dtype="uint8", images=images)
        == ""
    )
    colours = pictures("noise", (2, 5, 2, 3), 0)
    assert (
        law_message("shape_and_dtype_are_preserved", faulty_class(), dtype="uint8", images=colours)
        == ""
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [(0, ""), (1, ""), (np.nan, "not finite"), (-0.25, "minimum -0.25"), (1.5, "maximum 1.5")],
)
def test_values_in_range(faulty_class, law_message, value, message):
    cls = faulty_class(**called(lambda result, *_: np.full_like(result, value)))
    assert law_message("values_stay_in_range", cls) == message


def overwrite(self, images, draws):
    images.flags.writeable = True
    images[0] = 0.5
    return images.copy()


@pytest.mark.parametrize(
    ("apply", "message"),
    [
        (lambda self, images, draws: images + np.float64(0.5), "apply returned float64"),
        (lambda self, images, draws: images[1:], "apply returned (2, 6, 5, 1) for (3, 6, 5, 1)"),
        (overwrite, "apply modified its images"),
    ],
)
def test_apply(faulty_class, law_message, apply, message):
    assert law_message("apply_returns_float32", faulty_class()) == ""
    assert law_message("apply_returns_float32", faulty_class(apply=apply)) == message


def test_apply_cannot_write_to_its_images(faulty_class, law_message):
    def write(self, images, draws):
        images[0] = 0.5
        return images

    with pytest.raises(ValueError, match="read-only"):
        law_message("apply_returns_float32", faulty_class(apply=write))


@pytest.mark.parametrize(
    "law",
    ["values_stay_in_range", "starts_at_the_identity", "error_grows_at_every_pixel",
     "mean_error_grows", "channels_are_independent", "second_application_changes_nothing"],
)  # fmt: skip
def test_every_call_has_the_seed_of_the_example(faulty_class, law_message, law):
    def call(self, images, *, seed=0):
        assert seed == 5, "another seed"
        return images + images.dtype.type(self.gain)

    message = law_message(
        law, faulty_class(__call__=call), images=pictures("black", (2, 3, 4, 3), 0), t=[0, 1]
    )
    assert message != "another seed"


def by_layout(result, images, keywords):
    return result if images.flags.c_contiguous else 255 - result


def in_place(result, images, keywords):
    if images.flags.writeable:
        images[0] = 7
    return result


@pytest.mark.parametrize(
    ("change", "layout", "message"),
    [
        (by_layout, "C", ""),
        (by_layout, "Fortran", "the memory layout matters"),
        (by_layout, "strided", "the memory layout matters"),
        (by_layout, "reversed", "the memory layout matters"),
        (in_place, "read-only", ""),
        (in_place, "C", "the input was modified"),
        (in_place, "reversed", "the input was modified"),
    ],
)
def test_memory(faulty_class, law_message, change, layout, message):
    assert law_message("result_owns_its_memory", faulty_class(), layout=layout) == ""
    assert (
        law_message("result_owns_its_memory", faulty_class(**called(change)), layout=layout)
        == message
    )


def test_a_result_in_the_memory_of_the_input(faulty_class, law_message):
    cls = faulty_class(**called(lambda result, images, _: images))
    message = law_message("result_owns_its_memory", cls, layout="C")
    assert message == "the result shares the memory of the input"


def test_threads(faulty_class, law_message):
    cls = faulty_class(
        **called(lambda result, _, keywords: result ^ (keywords.get("workers", 1) == 2))
    )
    assert law_message("threads_do_not_matter", faulty_class()) == ""
    assert law_message("threads_do_not_matter", cls) == "threads matter"


def test_rounding(faulty_class, law_message):
    """Every result for uint8 is a tie, which is rounded up."""

    def off_by_one(result, images, keywords):
        return result - (result > 0) if result.dtype == np.uint8 else result

    assert law_message("uint8_is_rounded_once", faulty_class()) == ""
    assert law_message("uint8_is_rounded_once", faulty_class(**called(off_by_one))) != ""


def accepting(name, value):
    """A class that accepts one value outside the limits of a field."""

    class Accepting(Corruption, register=False):
        gain: float = strength("what is added", identity=0, worst=0.5)
        flag: bool = parameter("is skipped", default=False)
        word: str = parameter("is skipped", default="a", choices=("a", "b"))
        open: float = parameter("has no lower limit", default=0, high=1)
        size: int = parameter("is an integer", default=2, low=1, high=3)

        def __post_init__(self):
            if str(getattr(self, name)) != value:
                super().__post_init__()

    return Accepting


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("size", "-1", True), ("size", "0", False), ("size", "4", False), ("size", "nan", False),
        ("open", "2", False), ("open", "nan", False), ("flag", "nan", False),
        ("word", "nan", False),
    ],
)  # fmt: skip
def test_limits(law_message, name, value, holds):
    message = law_message("limits_are_enforced", accepting(name, value))
    assert message == ("" if holds else f"{name}={value} was accepted")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("no"), "'no' does not name the corruption"),
        (TypeError("faulty"), "'faulty' does not name gain"),
    ],
)
def test_error_messages_name_corruption_and_field(faulty_class, law_message, error, message):
    class Refusing(Corruption, register=False):
        gain: float = strength("what is added", identity=0, worst=0.5, high=1)

        def __post_init__(self):
            if not 0 <= self.gain <= 1:
                raise error

    Refusing.name = "faulty"
    assert law_message("limits_are_enforced", Refusing) == message
