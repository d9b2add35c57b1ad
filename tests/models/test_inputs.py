"""How external models take their images: layout, size and scale."""

from pathlib import Path

import numpy as np
import pytest

from models.predictors import SLICE, PredictionError, slice_length
from models.predictors.input_spec import DEFAULT_SPEC, InputSpec, read_input_spec
from models.predictors.inputs import input_converter
from models.store import ModelError

ALLOWED = ("pixels", "mean", "std", "layout", "image")


def images(shape: tuple[int, int, int] = (4, 6, 3)) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, *shape), dtype=np.uint8)


@pytest.mark.parametrize(
    ("dimensions", "declared", "assumed", "shape", "first"),
    [
        ((3, 32, 32), {}, None, (32, 32, 3), True),
        ((1, 28, 28), {}, None, (28, 28, 1), True),
        ((32, 32, 3), {}, None, (32, 32, 3), False),
        ((28, 28), {}, None, (28, 28, 1), False),
        ((3, 32, 3), {"layout": "nchw"}, None, (32, 3, 3), True),
        ((3, 32, 3), {"layout": "nhwc"}, None, (3, 32, 3), False),
        ((3, 32, 3), {}, (32, 3, 3), (32, 3, 3), True),
        ((3, None, None), {}, (40, 50, 3), (40, 50, 3), True),
        ((None, None, 3), {"image": (40, 50, 3)}, (8, 8, 3), (40, 50, 3), False),
        ((None, None, None), {"layout": "nchw"}, (40, 50, 3), (40, 50, 3), True),
        ((2, 9, 9), {}, (9, 9, 2), (9, 9, 2), True),
        ((784,), {}, (28, 28, 1), (28, 28, 1), False),
        ((None,), {"image": (7, 5, 2)}, None, (7, 5, 2), False),
        ((3, 32, 32), {}, (28, 28, 1), (32, 32, 3), True),
    ],
)
def test_the_shape_of_the_images_is_found(
    dimensions: tuple[int | None, ...],
    declared: dict[str, object],
    assumed: tuple[int, int, int] | None,
    shape: tuple[int, int, int],
    first: bool,
) -> None:
    found = input_converter(
        "external", dimensions, np.float32, InputSpec.model_validate(declared), assumed=assumed
    )
    assert (found.image_shape, found.channels_first) == (shape, first)


@pytest.mark.parametrize(
    ("dimensions", "declared", "assumed", "message"),
    [
        (
            (3, 32, 3),
            {},
            None,
            "external: an input of 3, 32, 3 may have its channels first or last",
        ),
        ((None, None, None), {}, (8, 9, 3), 'declare layout = "nchw" or layout = "nhwc"'),
        ((3, None, None), {}, None, r"of 3, any, any fits images of many sizes; declare image"),
        ((784,), {}, None, "a flat input of 784 values may be images of many shapes"),
        (
            (64,),
            {},
            (28, 28, 1),
            "takes 64 values for each image, but images of 28 x 28 x 1 have 784",
        ),
        ((1, 2, 3, 4), {}, None, r"input must have the shape .* got \(any, 1, 2, 3, 4\)"),
        ((), {}, None, "input must have the shape"),
        ((32, 32, 3), {"image": (28, 28, 1)}, None, r"images of \(28, 28, 1\) are declared, but"),
        (
            (32, 32, 3),
            {"mean": (1, 2)},
            None,
            "mean must have 1 number or one .* 3 channels, got 2",
        ),
        ((32, 32, 3), {"std": (1, 2)}, None, "std must have 1 number"),
    ],
)
def test_ambiguous_and_contradictory_inputs(
    dimensions: tuple[int | None, ...],
    declared: dict[str, object],
    assumed: tuple[int, int, int] | None,
    message: str,
) -> None:
    spec = InputSpec.model_validate(declared)
    with pytest.raises(PredictionError, match=message):
        input_converter("external", dimensions, np.float32, spec, assumed=assumed)


@pytest.mark.parametrize("declared", [{"pixels": "0..1"}, {"mean": 1}, {"std": 2}])
def test_bytes_are_not_scaled(declared: dict[str, object]) -> None:
    spec = InputSpec.model_validate(declared)
    with pytest.raises(PredictionError, match="takes whole pixel values, so they cannot"):
        input_converter("external", (4, 6, 3), np.uint8, spec)


def test_values_are_scaled_as_declared() -> None:
    declared = {"pixels": "0..1", "mean": [0.1, 0.2, 0.3], "std": 0.5}
    arrange = input_converter("g", (4, 6, 3), np.float64, InputSpec.model_validate(declared))
    expected = (images() / 255 - [0.1, 0.2, 0.3]) / 0.5
    np.testing.assert_allclose(arrange(images()), expected, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64])
def test_undeclared_values_stay(dtype: type) -> None:
    arranged = input_converter("external", (4, 6, 3), dtype, DEFAULT_SPEC)(images())
    assert arranged.dtype == dtype
    np.testing.assert_array_equal(arranged, images())


def test_half_precision_is_rounded_once() -> None:
    spec = InputSpec(pixels="0..1")
    arranged = input_converter("external", (4, 6, 3), np.float16, spec)(images())
    np.testing.assert_array_equal(arranged, (images() / np.float32(255)).astype(np.float16))


def test_channels_first_and_flat() -> None:
    first = input_converter("external", (3, 4, 6), np.uint8, DEFAULT_SPEC)(images())
    assert first.flags.c_contiguous
    np.testing.assert_array_equal(first[2, 1], images()[2, :, :, 1])
    flat = input_converter("g", (72,), np.uint8, DEFAULT_SPEC, assumed=(4, 6, 3))(images())
    np.testing.assert_array_equal(flat, images().reshape(5, -1))
    declared = InputSpec(layout="nchw", image=(4, 6, 3))
    planes = input_converter("external", (72,), np.uint8, declared)(images())
    np.testing.assert_array_equal(planes, first.reshape(5, -1))


class TestInputSpec:
    def read(self, tmp_path: Path, text: str) -> InputSpec:
        (tmp_path / "net.onnx.toml").write_text(text)
        return read_input_spec(tmp_path / "net.onnx", ALLOWED)

    def test_no_file_gives_the_defaults(self, tmp_path: Path) -> None:
        assert read_input_spec(tmp_path / "net.onnx", ALLOWED) == DEFAULT_SPEC

    def test_one_number_or_several(self, tmp_path: Path) -> None:
        read = self.read(tmp_path, "mean = 0.5\nstd = [1, 2]")
        assert (read.mean, read.std) == ((0.5,), (1, 2))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("pixels =", r"net\.onnx\.toml cannot be read as TOML"),
            ("pixel = 1", r"a \.onnx file has no setting pixel; there are pixels, mean"),
            ('trusted = ["x"]', "has no setting trusted"),
            ('pixels = "0..2"', r"pixels: input should be '0\.\.255' or '0\.\.1', got '0\.\.2'"),
            ("std = 0", "std.0: input should be greater than 0"),
            ("mean = nan", "mean.0: input should be a finite number"),
            ("image = [28, 28]", "image"),
            ("image = [28, 28, 0]", "image.2"),
        ],
    )
    def test_errors_are_one_sentence(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(ModelError, match=message) as caught:
            self.read(tmp_path, text)
        assert "\n" not in str(caught.value).removesuffix("\n")

    def test_bytes_that_are_not_text(self, tmp_path: Path) -> None:
        (tmp_path / "net.onnx.toml").write_bytes(b"\xff\xfe")
        with pytest.raises(ModelError, match="cannot be read as TOML"):
            read_input_spec(tmp_path / "net.onnx", ALLOWED)


@pytest.mark.parametrize(
    ("shape", "length"),
    [((28, 28, 1), SLICE), ((64, 64, 3), SLICE), ((224, 224, 3), 50), ((4000, 4000, 3), 1)],
)
def test_fewer_large_images_are_predicted_together(
    shape: tuple[int, int, int], length: int
) -> None:
    assert slice_length(shape) == length
    assert SLICE % length == 0
