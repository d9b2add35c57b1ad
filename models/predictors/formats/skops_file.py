"""Scikit-learn classifiers in ``.skops`` files, which, unlike pickles, run no code when read."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelError, describe_exception
from models.predictors.registry import model_format
from models.predictors.sources import read_bytes

if TYPE_CHECKING:
    from models.predictors.contract import ImageShape
    from models.predictors.sklearn_predictor import SklearnPredictor


@model_format(".skops", packages=("skops", "scikit-learn"))
def load_skops_file(
    path: Path, image_shape: "ImageShape | None", threads: int | None
) -> "SklearnPredictor":
    """Load a classifier that ``skops.io.dump`` wrote.

    Parameters
    ----------
    path : Path
        The file.
    image_shape : tuple of int or None
        Height, width and channels to assume where they are not declared.
    threads : int or None
        Number of threads to compute with; 1 for None.

    Returns
    -------
    SklearnPredictor
        Named after the file.

    Raises
    ------
    ModelError
        When the file is damaged or holds types that are not trusted.
    PredictionError
        When the classifier does not map images to probabilities.
    """
    from models.predictors.input_spec import (
        IMAGE_SETTINGS,
        external_digest,
        input_spec_path,
        read_input_spec,
    )
    from models.predictors.sklearn_predictor import SklearnPredictor

    spec = read_input_spec(path, (*IMAGE_SETTINGS, "trusted"))
    import skops.io

    try:
        unknown = set(skops.io.get_untrusted_types(file=path))
        refused = sorted(unknown - set(spec.trusted))
        if not refused:
            classifier = skops.io.load(path, trusted=sorted(unknown))
    except Exception as error:  # a foreign file makes skops raise anything
        raise ModelError(
            f"{path} cannot be read as a skops file, or is damaged or cut short: "
            f"{describe_exception(error)}"
        ) from error
    if refused:
        quoted = ", ".join(f'"{kind}"' for kind in refused)
        raise ModelError(
            f"{path} holds types that skops does not know as harmless: {', '.join(refused)}; if "
            f"the file is your own, write trusted = [{quoted}] into {input_spec_path(path)}"
        )
    digest = external_digest("skops", [read_bytes(path)], spec)
    return SklearnPredictor(classifier, path.stem, digest, spec, image_shape, threads or 1)
