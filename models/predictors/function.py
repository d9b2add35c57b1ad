"""Any function as a predictor: ``package.module:function``, from images to probabilities.

It gets uint8 images (n, h, w, c), a copy that is its own, and returns probabilities (n, classes),
as an array or what numpy makes one of. n is always the same, as it is for all predictors. It may
carry attributes:

``version``
    A text or number to raise when its answers change. Without one, the file that defines its module
    stands for them; weights in other files then go unseen.
``input_shape``
    Height, width and channels of the images that it takes; without one, those of the data.
``classes``
    How many probabilities an image gets; without it, they are counted.

It must give equal answers to equal images.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.predictors.contract import ImageShape, PredictionError, SlicedPredictor
from models.predictors.input_spec import DEFAULT_SPEC, external_digest
from models.predictors.sources import first_line, read_bytes
from models.store import ModelError
from models.stored_images import Images


class FunctionPredictor(SlicedPredictor):
    """A function as a predictor.

    Parameters
    ----------
    function
        From uint8 images (n, h, w, c) to probabilities (n, classes).
    name, digest, input_shape
        As in `Predictor`.
    classes
        As in `Predictor`; None to find out by predicting black images.
    threads
        That BLAS and OpenMP may use: they decide the last bits of sums.

    Raises
    ------
    PredictionError
        When the function fails at black images, or returns something else for them.
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
        """Predict with a fixed number of threads, as far as BLAS and OpenMP are concerned."""
        import threadpoolctl

        with threadpoolctl.threadpool_limits(limits=self._threads):
            return super().predict(images)

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        try:
            outputs = self._function(images.copy())  # other models see the same images
        except Exception as error:  # whatever a foreign function raises
            raise PredictionError(
                f"{self.name}: the function raised {first_line(error)}"
            ) from error
        try:
            return np.asarray(outputs, np.float32)
        except (TypeError, ValueError, RuntimeError) as error:
            raise PredictionError(
                f"{self.name}: must return an array of numbers, got {type(outputs).__name__}"
            ) from error


def load_function(source: str, image_shape: ImageShape | None, threads: int) -> FunctionPredictor:
    """Import ``package.module:function``, computing with so many threads.

    Parameters
    ----------
    source
        Named as above; modules are found as `import` finds them, those of the working folder
        included when Python was started with ``-m``.
    image_shape
        Of the images, where the function does not say it.
    threads
        For BLAS and OpenMP.

    Raises
    ------
    models.store.ModelError
        When there is no such module or function, its import fails, or it is no function.
    PredictionError
        When what it declares makes no sense, or it does not return probabilities.
    """
    module_name, _, name = source.partition(":")
    function = _function(module_name, name, source)
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


def _function(module_name: str, name: str, source: str) -> Callable[..., object]:
    """Import a module and return what it calls `name`."""
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise ModelError(
                f"{source}: there is no module {error.name}, neither in the working folder nor "
                "among the installed packages"
            ) from error
        raise ModelError(f"{source}: importing {module_name} failed: {error}") from error
    except Exception as error:  # whatever a foreign module raises
        raise ModelError(
            f"{source}: importing {module_name} failed: {first_line(error)}"
        ) from error
    if not hasattr(module, name):
        raise ModelError(f"{source}: module {module_name} has no {name}")
    found: object = getattr(module, name)
    if isinstance(found, type) or not callable(found):
        kind = "a class" if isinstance(found, type) else type(found).__name__
        raise ModelError(f"{source}: must be a function from images to probabilities, got {kind}")
    return found


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
    """Return what stands for a function's answers: its version, or its module's source."""
    version = getattr(function, "version", None)
    if isinstance(version, (str, int, float)):
        return [source.encode(), str(version).encode()]
    file = getattr(sys.modules[source.partition(":")[0]], "__file__", None)
    if version is not None or file is None or not file.endswith(".py"):
        raise PredictionError(
            f"{source}: has no source file to be known by; give the function an attribute "
            'version, such as "1"'
        )
    return [source.encode(), read_bytes(Path(file))]
