"""Scikit-learn classifiers as predictors, saved with skops: no pickle, so no code is run."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.predictors.contract import ImageShape, PredictionError, SlicedPredictor
from models.predictors.input_spec import (
    IMAGES,
    InputSpec,
    external_digest,
    input_spec_path,
    read_input_spec,
)
from models.predictors.inputs import input_converter
from models.predictors.sources import first_line, imported, read_bytes
from models.store import ModelError
from models.stored_images import Images

SETTINGS = (*IMAGES, "trusted")


class SklearnPredictor(SlicedPredictor):
    """A fitted classifier with ``predict_proba``, for flat images (n, height * width * channels).

    Values are float64, the pixels of an image row by row, channels last unless declared otherwise.

    Parameters
    ----------
    classifier
        From scikit-learn or alike; fitted on the labels 0, 1, ...
    name, digest
        As in `Predictor`.
    spec
        How it wants its images.
    image_shape
        Height, width and channels to take where they are not declared.
    threads
        That BLAS and OpenMP may use: they decide the last bits of sums.

    Raises
    ------
    PredictionError
        When it gives no probabilities, or was fitted on other labels or another number of pixels.
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
        self._format = input_converter(
            name, features, np.float64, spec, layout="nhwc", assumed=image_shape
        )
        super().__init__(name, digest, self._format.image_shape, _classes(classifier, name))

    def predict(self, images: Images) -> NDArray[np.float32]:
        """Predict without jobs of scikit-learn's own, which add up in the order they end in."""
        import joblib  # type: ignore[import-untyped]  # it publishes none
        import threadpoolctl

        with (
            joblib.parallel_config(backend="sequential"),
            threadpoolctl.threadpool_limits(limits=self._threads),
        ):
            return super().predict(images)

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        try:
            return np.asarray(self._classifier.predict_proba(self._format(images)))
        except Exception as error:  # whatever a foreign classifier raises
            raise PredictionError(f"{self.name}: predict_proba: {first_line(error)}") from error


def load_skops_file(path: Path, image_shape: ImageShape | None, threads: int) -> SklearnPredictor:
    """Load a classifier that ``skops.io.dump`` wrote, computing with so many threads.

    Raises
    ------
    models.store.ModelError
        When it is damaged, holds types that are not trusted, or skops is missing.
    PredictionError
        When it does not map images to probabilities.
    """
    spec = read_input_spec(path, SETTINGS)
    skops = imported("skops.io", path)
    try:
        unknown = set(skops.get_untrusted_types(file=path))
        refused = sorted(unknown - set(spec.trusted))
        if not refused:
            classifier = skops.load(path, trusted=sorted(unknown))
    except Exception as error:  # whatever the parts of a foreign file make skops raise
        raise ModelError(
            f"{path} cannot be read as a skops file, or is damaged or cut short: "
            f"{first_line(error)}"
        ) from error
    if refused:
        quoted = ", ".join(f'"{kind}"' for kind in refused)
        raise ModelError(
            f"{path} holds types that skops does not know as harmless: {', '.join(refused)}; if "
            f"the file is your own, write trusted = [{quoted}] into {input_spec_path(path)}"
        )
    digest = external_digest("skops", [read_bytes(path)], spec)
    return SklearnPredictor(classifier, path.stem, digest, spec, image_shape, threads)


def _classes(classifier: Any, name: str) -> int:
    """Return how many classes a classifier tells apart, which must be 0, 1, ..."""
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
