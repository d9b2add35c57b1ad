"""Scikit-learn classifiers as predictors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import PredictionError, describe_exception
from models.predictors.contract import ImageShape
from models.predictors.input_spec import InputSpec
from models.predictors.inputs import input_converter
from models.predictors.sliced import SlicedPredictor
from models.stored_images import Images


class SklearnPredictor(SlicedPredictor):
    """A fitted classifier with ``predict_proba``, for flat images (n, height * width * channels).

    The values are float64, in row-major order with channels last unless something else is declared.

    Parameters
    ----------
    classifier : estimator
        A classifier with the interface of scikit-learn, fitted on the labels 0, 1, ...
    name : str
        As in `models.predictors.Predictor`.
    digest : str
        As in `models.predictors.Predictor`.
    spec : InputSpec
        How the classifier takes its images.
    image_shape : tuple of int, optional
        Height, width and channels to assume where they are not declared.
    threads : int, optional
        Number of threads for BLAS and OpenMP; it decides the last bits of sums.

    Raises
    ------
    PredictionError
        When the classifier gives no probabilities, or was fitted on other labels or on another
        number of pixels.
    """

    def __init__(
        self,
        classifier: Any,
        name: str,
        digest: str,
        spec: InputSpec,
        image_shape: ImageShape | None = None,
        threads: int = 1,
    ) -> None:
        if spec.pixels is None:
            raise PredictionError(
                f"{name}: it must be declared whether the classifier was fitted on pixels of 0 "
                'to 1 or of 0 to 255; write pixels = "0..1" or pixels = "0..255" into '
                f"{name}.skops.toml beside it"
            )
        self._classifier = classifier
        self._threads = threads
        features = (getattr(classifier, "n_features_in_", None),)
        self._convert = input_converter(
            name, features, np.float64, spec, layout="nhwc", assumed=image_shape
        )
        super().__init__(name, digest, self._convert.image_shape, _classes(classifier, name))

    def predict(self, images: Images) -> NDArray[np.float32]:
        """Predict without parallel jobs of scikit-learn, which sum in the order they end in."""
        import joblib  # type: ignore[import-untyped]  # it publishes none
        import threadpoolctl

        with (
            joblib.parallel_config(backend="sequential"),
            threadpoolctl.threadpool_limits(limits=self._threads),
        ):
            return super().predict(images)

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        try:
            return np.asarray(self._classifier.predict_proba(self._convert(images)))
        except Exception as error:  # a foreign classifier may raise anything
            raise PredictionError(
                f"{self.name}: predict_proba: {describe_exception(error)}"
            ) from error


def _classes(classifier: Any, name: str) -> int:
    """Return the number of classes of a classifier, whose labels must be 0, 1, ..."""
    if not hasattr(classifier, "predict_proba"):
        raise PredictionError(
            f"{name}: a {type(classifier).__name__} has no predict_proba; wrap it in "
            "CalibratedClassifierCV, or name one that gives probabilities"
        )
    labels = np.asarray(getattr(classifier, "classes_", ()))
    if labels.ndim != 1 or len(labels) < 2 or labels.tolist() != list(range(len(labels))):
        shown = ", ".join(map(str, labels.ravel()[:12].tolist())) or "none"
        raise PredictionError(
            f"{name}: must be fitted on the labels 0, 1, ... of at least 2 classes, got {shown}"
        )
    return len(labels)
