"""Convert uint8 images (n, h, w, c) to the array that an external model takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from models.errors import PredictionError
from models.predictors.contract import ImageShape
from models.predictors.input_spec import InputSpec

Dimensions = Sequence[int | None]


@dataclass(frozen=True, kw_only=True)
class InputConverter:
    """How a model takes its images; call it to convert a batch.

    Attributes
    ----------
    image_shape : tuple of int
        Height, width and channels.
    dimensions : tuple of int
        Shape of one image as the model takes it.
    channels_first : bool
        Whether the channels come before height and width.
    dtype : dtype
        Type of the values; uint8 images are passed on unchanged.
    unit : bool
        Whether 0..255 becomes 0..1.
    mean : tuple of float
        Subtracted from the values; empty for none.
    std : tuple of float
        What the values are then divided by; empty for none.
    """

    image_shape: ImageShape
    dimensions: tuple[int, ...]
    channels_first: bool
    dtype: DTypeLike
    unit: bool = False
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Convert images (n, h, w, c) to a C-contiguous array as the model takes it."""
        values: NDArray[Any] = images
        if np.dtype(self.dtype) != np.uint8:
            # Scale in float32 even if the model computes in half precision.
            exact = np.result_type(self.dtype, np.float32)
            values = images.astype(exact)
            if self.unit:
                values /= 255
            if self.mean:
                values -= np.array(self.mean, exact)
            if self.std:
                values /= np.array(self.std, exact)
            values = values.astype(self.dtype, copy=False)
        if self.channels_first:
            values = np.moveaxis(values, -1, 1)
        return np.ascontiguousarray(values).reshape(len(values), *self.dimensions)


def input_converter(
    name: str,
    dimensions: Dimensions,
    dtype: DTypeLike,
    spec: InputSpec,
    *,
    layout: str | None = None,
    assumed: ImageShape | None = None,
) -> InputConverter:
    """Derive how a model takes its images from its input, its input spec and the data.

    Parameters
    ----------
    name : str
        Name of the model, for messages.
    dimensions : sequence of int or None
        Shape of one image as the model takes it, None for any length: three axes, two (grey,
        without the channel axis) or one (flat).
    dtype : dtype
        Type of the values that the model takes. For uint8 nothing can be declared about them.
    spec : InputSpec
        The input spec of the model. Without ``pixels``, values stay 0..255.
    layout : str, optional
        ``"nhwc"`` or ``"nchw"`` where the format has a convention. By default the axis of length 1
        or 3 is that of the channels, if only the first or only the last axis is such an axis.
    assumed : tuple of int, optional
        Height, width and channels to assume where nothing gives them.

    Returns
    -------
    InputConverter
        Converts images for the model.

    Raises
    ------
    PredictionError
        When these contradict each other, or something must be declared.
    """
    wanted = spec.image or assumed
    layout = spec.layout or layout or _layout_of(dimensions, wanted, name)
    channels_first = layout == "nchw"
    shape = _image_shape(name, dimensions, wanted, channels_first=channels_first)
    if spec.image not in {None, shape}:
        raise PredictionError(
            f"{name}: images of {spec.image} are declared, but it takes {tuple(dimensions)}"
        )
    _check_values(name, dtype, spec, shape[2])
    height, width, channels = shape
    by_axes = {1: (height * width * channels,), 2: (height, width)}
    three_axes = (channels, height, width) if channels_first else shape
    return InputConverter(
        image_shape=shape,
        dimensions=by_axes.get(len(dimensions), three_axes),
        channels_first=channels_first,
        dtype=dtype,
        unit=spec.pixels == "0..1",
        mean=spec.mean,
        std=spec.std,
    )


def _layout_of(dimensions: Dimensions, wanted: ImageShape | None, name: str) -> str:
    """Return the layout by the position of an axis of length 1 or 3, or by the wanted shape.

    Without a channel axis there is only one order, and flat images are in the order height, width,
    channels.
    """
    if len(dimensions) < 3:
        return "nhwc"
    first, last = dimensions[0] in {1, 3}, dimensions[-1] in {1, 3}
    if first != last:
        return "nchw" if first else "nhwc"
    if wanted is not None:
        height, width, channels = wanted
        by_layout = {"nhwc": wanted, "nchw": (channels, height, width)}
        matching = [layout for layout, axes in by_layout.items() if _matches(dimensions, axes)]
        if len(matching) == 1:
            return matching[0]
    raise PredictionError(
        f"{name}: an input of {_describe(dimensions)} may have its channels first or last; "
        'declare layout = "nchw" or layout = "nhwc"'
    )


def _image_shape(
    name: str, dimensions: Dimensions, wanted: ImageShape | None, *, channels_first: bool
) -> ImageShape:
    """Return height, width and channels, from the axes of the model as far as they are given."""
    if len(dimensions) == 1:
        return _unfolded(name, dimensions[0], wanted)
    if len(dimensions) not in {2, 3}:
        raise PredictionError(
            f"{name}: the model's input must have the shape (any, height, width, channels), "
            f"(any, height, width) or (any, values), got (any, {_describe(dimensions)})"
        )
    axes = [*dimensions, 1] if len(dimensions) == 2 else list(dimensions)
    if channels_first and len(dimensions) == 3:
        axes = [*axes[1:], axes[0]]
    if None in axes and wanted is None:
        raise PredictionError(
            f"{name}: an input of {_describe(dimensions)} fits images of many sizes; "
            "declare image = [height, width, channels]"
        )
    known = wanted or (0, 0, 0)
    height, width, channels = (
        known[axis] if length is None else length for axis, length in enumerate(axes)
    )
    return height, width, channels


def _unfolded(name: str, values: int | None, wanted: ImageShape | None) -> ImageShape:
    """Return the shape of the images that a flat input is made of."""
    if wanted is None:
        raise PredictionError(
            f"{name}: a flat input of {'any' if values is None else values} values may be images "
            "of many shapes; declare image = [height, width, channels]"
        )
    count = wanted[0] * wanted[1] * wanted[2]
    if values not in {None, count}:
        raise PredictionError(
            f"{name}: takes {values} values for each image, but images of "
            f"{' x '.join(map(str, wanted))} have {count}"
        )
    return wanted


def _check_values(name: str, dtype: DTypeLike, spec: InputSpec, channels: int) -> None:
    """Raise an error for scaling of uint8 values, and for a wrong number of means or deviations."""
    scaled = spec.pixels == "0..1" or spec.mean or spec.std
    if np.dtype(dtype) == np.uint8 and scaled:
        raise PredictionError(
            f"{name}: takes whole pixel values, so they cannot be declared as scaled"
        )
    for setting, values in (("mean", spec.mean), ("std", spec.std)):
        if len(values) not in {0, 1, channels}:
            raise PredictionError(
                f"{name}: {setting} must have 1 number or one for each of {channels} channels, "
                f"got {len(values)}"
            )


def _matches(dimensions: Dimensions, axes: Sequence[int]) -> bool:
    return all(length in {None, axis} for length, axis in zip(dimensions, axes, strict=True))


def _describe(dimensions: Dimensions) -> str:
    return ", ".join("any" if length is None else str(length) for length in dimensions)
