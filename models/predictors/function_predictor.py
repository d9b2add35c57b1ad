"""Functions as predictors: ``package.module:function``, from images to probabilities.

The function gets a copy of uint8 images (n, h, w, c) and returns probabilities (n, classes), as an
array or as anything that numpy converts to one. n is always the same, as for all predictors. The
function may have attributes:

``version``
    A text or number to change when its predictions change. Without it, the source file of its
    module identifies the function; weights in other files are then not noticed.
``input_shape``
    Height, width and channels of the images that it takes; without it, those of the data.
``classes``
    Number of probabilities for each image; without it, they are counted.

The function must be deterministic.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError, PredictionError, describe_exception
from models.predictors.contract import ImageShape
from models.predictors.input_spec import DEFAULT_SPEC, external_digest
from models.predictors.sliced import SlicedPredictor
from models.predictors.sources import read_bytes
from models.stored_images import Images


class FunctionPredictor(SlicedPredictor):
    """A function as a predictor.

    Parameters
    ----------
    function : callable
        From uint8 images (n, h, w, c) to probabilities (n, classes).
    name : str
        As in `models.predictors.Predictor`.
    digest : str
        As in `models.predictors.Predictor`.
    input_shape : tuple of int
        As in `models.predictors.Predictor`.
    classes : int, optional
        As in `models.predictors.Predictor`; None counts the outputs for black images.
    threads : int, optional
        Number of threads for BLAS and OpenMP; it decides the last bits of sums.

    Raises
    ------
    PredictionError
        When the function fails on black images, or does not return probabilities for them.
    """

    def __init__(
        self,
        function: Callable[[NDArray[np.uint8]], object],
        name: str,
        digest: str,
        input_shape: ImageShape,
        classes: int | None = None,
        threads: int = 1,
    ) -> None:
        self._function = function
        self._threads = threads
        super().__init__(name, digest, input_shape, classes)

    def predict(self, images: Images) -> NDArray[np.float32]:
        """Predict with a fixed number of threads for BLAS and OpenMP."""
        import threadpoolctl

        with threadpoolctl.threadpool_limits(limits=self._threads):
            return super().predict(images)

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        try:
            outputs = self._function(images.copy())  # other models get the same images
        except Exception as error:  # a foreign function may raise anything
            raise PredictionError(
                f"{self.name}: the function raised {describe_exception(error)}"
            ) from error
        try:
            return np.asarray(outputs, np.float32)
        except (TypeError, ValueError, RuntimeError) as error:
            raise PredictionError(
                f"{self.name}: must return an array of numbers, got {type(outputs).__name__}"
            ) from error


def load_function(source: str, image_shape: ImageShape | None, threads: int) -> FunctionPredictor:
    """Import a function as a predictor.

    Parameters
    ----------
    source : str
        ``package.module:function``. Modules are found as `import` finds them, including those in
        the working folder when Python was started with ``-m``.
    image_shape : tuple of int or None
        Height, width and channels of the images, where the function does not give them.
    threads : int
        Number of threads for BLAS and OpenMP.

    Returns
    -------
    FunctionPredictor
        Named after the function.

    Raises
    ------
    ModelError
        When there is no such module or function, its import fails, or it is not a function.
    PredictionError
        When an attribute of the function is invalid, or it does not return probabilities.
    """
    module_name, _, name = source.partition(":")
    function = _import_function(module_name, name, source)
    shape = _declared_shape(function, source) or image_shape
    if shape is None:
        raise PredictionError(
            f"{source}: does not say which images it takes; set "
            f"{name}.input_shape = (height, width, channels)"
        )
    classes = getattr(function, "classes", None)
    if classes is not None and (not isinstance(classes, int) or classes < 2):
        raise PredictionError(
            f"{source}: its attribute classes must be a whole number of 2 or more, got {classes!r}"
        )
    digest = external_digest("function", _identity(function, source), DEFAULT_SPEC)
    return FunctionPredictor(function, name, digest, shape, classes, threads)


def _import_function(module_name: str, name: str, source: str) -> Callable[..., object]:
    """Import a module and return its function `name`."""
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise ModelError(
                f"{source}: there is no module {error.name}, neither in the working folder nor "
                "among the installed packages"
            ) from error
        raise ModelError(f"{source}: importing {module_name} failed: {error}") from error
    except Exception as error:  # a foreign module may raise anything
        raise ModelError(
            f"{source}: importing {module_name} failed: {describe_exception(error)}"
        ) from error
    if not hasattr(module, name):
        raise ModelError(f"{source}: module {module_name} has no {name}")
    function: object = getattr(module, name)
    if isinstance(function, type) or not callable(function):
        kind = "a class" if isinstance(function, type) else type(function).__name__
        raise ModelError(f"{source}: must be a function from images to probabilities, got {kind}")
    return function


def _declared_shape(function: Callable[..., object], source: str) -> ImageShape | None:
    shape = getattr(function, "input_shape", None)
    if shape is None:
        return None
    if not _is_image_shape(shape):
        raise PredictionError(
            f"{source}: its attribute input_shape must be (height, width, channels), got {shape!r}"
        )
    height, width, channels = shape
    return height, width, channels


def _is_image_shape(shape: object) -> bool:
    if not isinstance(shape, tuple | list) or len(shape) != 3:
        return False
    return all(isinstance(side, int) and side > 0 for side in shape)


def _identity(function: Callable[..., object], source: str) -> list[bytes]:
    """Return what identifies a function: its name, and its version or its module's source."""
    version = getattr(function, "version", None)
    if isinstance(version, (str, int, float)):
        return [source.encode(), str(version).encode()]
    file = getattr(sys.modules[source.partition(":")[0]], "__file__", None)
    if version is not None or file is None or not file.endswith(".py"):
        raise PredictionError(
            f"{source}: has no source file to identify it by; give the function an attribute "
            'version, such as "1"'
        )
    return [source.encode(), read_bytes(Path(file))]
