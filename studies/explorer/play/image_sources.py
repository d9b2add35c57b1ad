"""Images that a visitor selects: a test image, the strokes of a drawing, or an uploaded file."""

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.explorer.play.image_alignment import ImageAlignment
from studies.explorer.state import ExplorerState
from studies.run.engine import BLOCK

if TYPE_CHECKING:
    from PIL import Image

MAX_STROKES, MAX_POINTS = 200, 20_000
MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")

Numbers = npt.NDArray[np.int64]
Order = Literal["random", "next", "previous"]


def select_image(
    order: Order, current: int, label: int | None, labels: Numbers, generator: np.random.Generator
) -> int:
    """Return the number of a random test image, or of a neighbour; the first follows the last.

    Images are of the class of the given label, if it has any; of all classes for None.
    """
    numbers = _of_class(label, labels)
    if order == "random":
        others = numbers[numbers != current]
        return int(generator.choice(others if len(others) else numbers))
    if order == "next":
        return int(numbers[np.searchsorted(numbers, current, side="right") % len(numbers)])
    return int(numbers[np.searchsorted(numbers, current) - 1])


def select_hardest(rank: int, label: int | None, labels: Numbers, hardest: Numbers) -> int:
    """Return the test image of a rank from 0 among the hardest; the first follows the last.

    Class and labels are as in `select_image`, and `hardest` as from `rank_by_difficulty`.
    """
    numbers = hardest[np.isin(hardest, _of_class(label, labels))]
    return int(numbers[rank % len(numbers)])


def _of_class(label: int | None, labels: Numbers) -> Numbers:
    """Return the numbers of the images of a class, or of all images if it has none."""
    numbers = np.flatnonzero(labels == label) if label is not None else np.arange(len(labels))
    return numbers if len(numbers) else np.arange(len(labels))


@lru_cache(maxsize=1)
def rank_by_difficulty(state: ExplorerState) -> Numbers:
    """Return the numbers of the test images, the hardest first.

    The hardest has the lowest probability of the true class, as the mean over the models, without
    corruption. The first call takes as long as a sweep of one condition.
    """
    images, labels = state.data.test_images, state.data.test_labels
    confidence = np.empty(len(labels))
    for start in range(0, len(labels), BLOCK):
        block = slice(start, start + BLOCK)
        rows = np.arange(len(labels[block]))
        predicted = state.predict(images[block]).values()
        of_true_class = [probabilities[rows, labels[block]] for probabilities in predicted]
        confidence[block] = np.mean(of_true_class, axis=0, dtype=np.float64)
    return np.argsort(confidence, kind="stable").astype(np.int64)


def parse_strokes(message: Any) -> list[list[tuple[float, float]]]:
    """Validate the strokes that a browser has sent: lists of points [x, y] from 0 to 1.

    Raises
    ------
    StudyError
        When the message is anything else, or too large.
    """
    if not isinstance(message, list) or len(message) > MAX_STROKES:
        raise StudyError(f"a drawing has at most {MAX_STROKES} strokes")
    try:
        strokes = [[(float(x), float(y)) for x, y in stroke] for stroke in message]
    except (TypeError, ValueError):
        raise StudyError("a drawing must be strokes of points with two numbers") from None
    points = [number for stroke in strokes for point in stroke for number in point]
    if len(points) > 2 * MAX_POINTS:
        raise StudyError(f"a drawing has at most {MAX_POINTS} points")
    if not all(0 <= number <= 1 for number in points):
        raise StudyError("the points of a drawing must lie in its field")
    return [stroke for stroke in strokes if stroke]


def read_upload(content: bytes, alignment: ImageAlignment) -> tuple[npt.NDArray[np.uint8], str]:
    """Return an image file as an image (h, w, c) of the data, and how it was changed as text.

    An image of the size of the data is used unchanged. Any other is scaled until it covers that
    size, and cropped. If the data have a plain background and the border of the image is nearer
    to their foreground, the image is inverted: black on white becomes white on black.

    Raises
    ------
    StudyError
        When the file is too large, or is not an image that can be read.
    """
    check_size(len(content))
    from PIL import Image, ImageOps

    height, width, channels = alignment.shape
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            columns, rows = picture.size
            if columns * rows > MAX_PIXELS:
                raise StudyError(
                    f"the image has {columns} x {rows} pixels; at most "
                    f"{MAX_PIXELS // 10**6} million are allowed"
                )
            opaque = _on_white(ImageOps.exif_transpose(picture))
            image = opaque.convert("L" if channels == 1 else "RGB")
    except StudyError:
        raise
    except Exception as error:  # Pillow raises many kinds of exceptions for damaged files
        raise StudyError(
            "the file is not an image that can be read; PNG, JPEG, WebP, GIF and BMP can"
        ) from error
    if image.size == (width, height):
        return np.asarray(image, np.uint8).reshape(alignment.shape), "Used unchanged."
    text = f"Resized from {image.width} x {image.height} to {width} x {height} pixels"
    fitted = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(fitted, np.uint8).reshape(alignment.shape)
    if _is_inverted(pixels, alignment):
        return 255 - pixels, f"{text} and inverted, to match the background of the data."
    return pixels, f"{text}."


def check_size(size: int) -> None:
    """Raise StudyError for a file of more than `MAX_BYTES` bytes."""
    if size > MAX_BYTES:
        limit = MAX_BYTES / 1e6
        raise StudyError(f"the file has {size / 1e6:.1f} MB; at most {limit:.0f} MB are allowed")


def _on_white(picture: "Image.Image") -> "Image.Image":
    """Return an image with transparency on a white background."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)


def _is_inverted(pixels: npt.NDArray[np.uint8], alignment: ImageAlignment) -> bool:
    """Return whether the border of an image looks like the foreground of the data."""
    if not alignment.plain_background:
        return False
    grey = pixels.mean(axis=-1)
    border = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    return bool(abs(border - alignment.foreground) < abs(border - alignment.background))
