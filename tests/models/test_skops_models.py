"""Scikit-learn classifiers as models: predictions, digest, and files that hold code."""

import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Perceptron

from models.predictors import SLICE, PredictionError, load_predictor
from models.store import ModelError

SHAPE = (6, 5, 1)
IMAGES = np.random.default_rng(1).integers(0, 256, (SLICE + 60, *SHAPE), dtype=np.uint8)
LABELS = IMAGES.mean(axis=(1, 2, 3)).argsort().argsort() * 3 // len(IMAGES)
FLAT = IMAGES.reshape(len(IMAGES), -1) / 255
DECLARED = 'pixels = "0..1"\n'
TREES = 'trusted = ["sklearn.tree._tree.Tree"]\n'


def write(path: Path, classifier: Any, declared: str = DECLARED) -> Path:
    from skops.io import dump

    dump(classifier, path)
    if declared:
        path.with_name(f"{path.name}.toml").write_text(declared)
    return path


@pytest.fixture(scope="module")
def logistic() -> LogisticRegression:
    return LogisticRegression(max_iter=500).fit(FLAT, LABELS)


@pytest.fixture(scope="module")
def forest() -> RandomForestClassifier:
    return RandomForestClassifier(30, n_jobs=3, random_state=0).fit(FLAT, LABELS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.skops"


def test_it_predicts_as_the_classifier_itself(path: Path, logistic: LogisticRegression) -> None:
    model = load_predictor(write(path, logistic), image_shape=SHAPE)
    answers = model.predict(IMAGES)
    assert (model.name, model.classes, model.input_shape) == ("net", 3, SHAPE)
    np.testing.assert_allclose(answers, logistic.predict_proba(FLAT), atol=1e-6)
    for length in (1, 7, SLICE):
        assert model.predict(IMAGES[:length]).tobytes() == answers[:length].tobytes()


def test_a_declared_image_needs_no_data(path: Path, logistic: LogisticRegression) -> None:
    declared = DECLARED + "image = [6, 5, 1]"
    assert load_predictor(write(path, logistic, declared)).input_shape == SHAPE


def test_trees_are_loaded_when_they_are_trusted(path: Path, forest: RandomForestClassifier) -> None:
    with pytest.raises(
        ModelError, match=r"harmless: sklearn\.tree\._tree\.Tree; .* trusted = \[\"skl"
    ):
        load_predictor(write(path, forest), image_shape=SHAPE)
    model = load_predictor(write(path, forest, DECLARED + TREES), image_shape=SHAPE)
    answers = model.predict(IMAGES)
    np.testing.assert_allclose(answers, forest.predict_proba(FLAT), atol=1e-6)
    assert all(model.predict(IMAGES).tobytes() == answers.tobytes() for _ in range(5))


def test_the_digest_is_of_the_file_and_the_input_spec(
    path: Path, logistic: LogisticRegression
) -> None:
    first = load_predictor(write(path, logistic), image_shape=SHAPE).digest
    assert load_predictor(path, image_shape=SHAPE).digest == first
    path.with_name("net.skops.toml").write_text('pixels = "0..255"')
    assert load_predictor(path, image_shape=SHAPE).digest != first


class Stowaway:
    """A type that skops does not know."""

    value = 1


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS + 1, r"fitted on the labels 0, 1, \.\.\. .* got 1, 2, 3"),
        (LABELS * 2, "got 0, 2, 4"),
        (np.array(["cat", "dog", "owl"])[LABELS], "got cat, dog, owl"),
    ],
)
def test_invalid_labels(path: Path, labels: np.ndarray, message: str) -> None:
    classifier = LogisticRegression(max_iter=500).fit(FLAT, labels)
    with pytest.raises(PredictionError, match=message):
        load_predictor(write(path, classifier), image_shape=SHAPE)


def test_a_classifier_without_probabilities(path: Path) -> None:
    classifier = Perceptron().fit(FLAT, LABELS)
    with pytest.raises(PredictionError, match="net: a Perceptron has no predict_proba; wrap it"):
        load_predictor(write(path, classifier), image_shape=SHAPE)


def test_a_classifier_that_was_not_fitted(path: Path) -> None:
    with pytest.raises(PredictionError, match="at least 2 classes, got none"):
        load_predictor(write(path, LogisticRegression()), image_shape=SHAPE)


def test_other_images(path: Path, logistic: LogisticRegression) -> None:
    with pytest.raises(
        PredictionError, match="takes 30 values for each image, but images of 8 x 8 x 1"
    ):
        load_predictor(write(path, logistic), image_shape=(8, 8, 1))


def test_a_missing_input_spec(path: Path, logistic: LogisticRegression) -> None:
    with pytest.raises(
        PredictionError, match=r"pixels of 0 to 1 or of 0 to 255; write .*net\.skops"
    ):
        load_predictor(write(path, logistic, ""), image_shape=SHAPE)


def test_other_types_are_named_and_not_loaded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, Stowaway.__module__, sys.modules[__name__])
    with pytest.raises(ModelError, match=r"does not know as harmless: \S*Stowaway; if the file"):
        load_predictor(write(path, Stowaway()), image_shape=SHAPE)


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_truncated_file(path: Path, logistic: LogisticRegression, share: float) -> None:
    content = write(path, logistic).read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(
        ModelError, match=r"net\.skops cannot be read as a skops file, or is damaged"
    ):
        load_predictor(path, image_shape=SHAPE)


def test_a_pickle_with_this_ending(path: Path, logistic: LogisticRegression) -> None:
    path.write_bytes(pickle.dumps(logistic))
    with pytest.raises(ModelError, match=r"cannot be read as a skops file"):
        load_predictor(path, image_shape=SHAPE)


def test_without_skops(
    path: Path, logistic: LogisticRegression, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, logistic)
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.delitem(sys.modules, "skops.io", raising=False)
    with pytest.raises(ModelError, match=r"needs skops, which is not .* the extra 'external'"):
        load_predictor(path, image_shape=SHAPE)
