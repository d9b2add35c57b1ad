"""From uint8 images (n, h, w, c) to the array that a guest takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from models.predictors.contract import ImageShape, PredictionError
from models.predictors.input_spec import InputSpec

Dimensions = Sequence[int | None]


@dataclass(frozen=True, kw_only=True)
class InputConverter:
    """How a guest wants its images.

    Parameters
    ----------
    image_shape
        Height, width and channels.
    dimensions
        Shape of one image as the guest takes it.
    channels_first
        Whether the channels come before height and width.
    dtype
        Of the values; uint8 images are passed on as they are.
    unit
        Whether 0..255 becomes 0..1.
    mean, std
        Subtracted, then divided by; empty for neither.
    """

    image_shape: ImageShape
    dimensions: tuple[int, ...]
    channels_first: bool
    dtype: DTypeLike
    unit: bool = False
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Return images (n, h, w, c) as the guest takes them, C-contiguous."""
        values: NDArray[Any] = images
        if np.dtype(self.dtype) != np.uint8:
            # Half precision is for the model; its input is computed in full.
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
    """Work out how a guest wants its images from what it says, what is declared and what there is.

    Parameters
    ----------
    name
        Of the guest, for messages.
    dimensions
        Shape of one image as the guest takes it, None where it takes any: three axes, two (grey,
        without the axis of channels) or one (flat).
    dtype
        Of the values it takes. For uint8 nothing is to be declared about them.
    spec
        What is said in the file beside it. Without ``pixels``, values stay 0..255.
    layout
        ``"nhwc"`` or ``"nchw"`` where the kind of guest has a custom. Otherwise the axis that is
        1 or 3 long is that of the channels, if only one end has such an axis.
    assumed
        Height, width and channels to take where nothing says them.

    Raises
    ------
    PredictionError
        When these contradict each other or leave something open.
    """
    wanted = spec.image or assumed
    layout = spec.layout or layout or _layout_of(dimensions, wanted, name)
    first = layout == "nchw"
    shape = _image_shape(name, dimensions, wanted, channels_first=first)
    if spec.image not in {None, shape}:
        raise PredictionError(
            f"{name}: images of {spec.image} are declared, but it takes {tuple(dimensions)}"
        )
    _check_values(name, dtype, spec, shape[2])
    height, width, channels = shape
    of_rank = {1: (height * width * channels,), 2: (height, width)}
    in_order = (channels, height, width) if first else shape
    return InputConverter(
        image_shape=shape,
        dimensions=of_rank.get(len(dimensions), in_order),
        channels_first=first,
        dtype=dtype,
        unit=spec.pixels == "0..1",
        mean=spec.mean,
        std=spec.std,
    )


def _layout_of(dimensions: Dimensions, wanted: ImageShape | None, name: str) -> str:
    """Tell the layout by the place of an axis that is 1 or 3 long, or by the image that is wanted.

    Without an axis of channels there is only one order, and flat images are height, width,
    channels, as `reshape` makes them.
    """
    if len(dimensions) < 3:
        return "nhwc"
    first, last = dimensions[0] in {1, 3}, dimensions[-1] in {1, 3}
    if first != last:
        return "nchw" if first else "nhwc"
    if wanted is not None:
        height, width, channels = wanted
        by_layout = {"nhwc": wanted, "nchw": (channels, height, width)}
        fitting = [layout for layout, axes in by_layout.items() if _agree(dimensions, axes)]
        if len(fitting) == 1:
            return fitting[0]
    raise PredictionError(
        f"{name}: an input of {_in_words(dimensions)} may have its channels first or last; "
        'declare layout = "nchw" or layout = "nhwc"'
    )


def _image_shape(
    name: str, dimensions: Dimensions, wanted: ImageShape | None, *, channels_first: bool
) -> ImageShape:
    """Return height, width and channels, from the guest's own axes as far as those say."""
    if len(dimensions) == 1:
        return _unfolded(name, dimensions[0], wanted)
    if len(dimensions) not in {2, 3}:
        raise PredictionError(
            f"{name}: the model's input must have the shape (any, height, width, channels), "
            f"(any, height, width) or (any, values), got (any, {_in_words(dimensions)})"
        )
    axes = [*dimensions, 1] if len(dimensions) == 2 else list(dimensions)
    if channels_first and len(dimensions) == 3:
        axes = [*axes[1:], axes[0]]
    if None in axes and wanted is None:
        raise PredictionError(
            f"{name}: an input of {_in_words(dimensions)} fits images of many sizes; "
            "declare image = [height, width, channels]"
        )
    known = wanted or (0, 0, 0)
    height, width, channels = (
        known[axis] if length is None else length for axis, length in enumerate(axes)
    )
    return height, width, channels


def _unfolded(name: str, values: int | None, wanted: ImageShape | None) -> ImageShape:
    """Return the shape of the images that a flat input stands for."""
    if wanted is None:
        raise PredictionError(
            f"{name}: a flat input of {'any' if values is None else values} values may be images "
            "of many shapes; declare image = [height, width, channels]"
        )
    count = wanted[0] * wanted[1] * wanted[2]
    if values not in {None, count}:
        raise PredictionError(
            f"{name}: takes {values} values an image, but images of "
            f"{' x '.join(map(str, wanted))} have {count}"
        )
    return wanted


def _check_values(name: str, dtype: DTypeLike, spec: InputSpec, channels: int) -> None:
    """Refuse scaling where the guest takes bytes, and as many means as there are no channels."""
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


def _agree(dimensions: Dimensions, axes: Sequence[int]) -> bool:
    return all(length in {None, axis} for length, axis in zip(dimensions, axes, strict=True))


def _in_words(dimensions: Dimensions) -> str:
    return ", ".join("any" if length is None else str(length) for length in dimensions)
