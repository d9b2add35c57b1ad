"""The external models of a study: opened once, tested before use, and checked for changes."""

import os
import sys

import numpy as np
import pytest
from fakes import SIDE

from models import predictors
from models.data import load
from models.predictors import PredictionError
from studies.config.files import load_study
from studies.config.study import Study
from studies.config.validators import is_external, is_path, model_name
from studies.core.errors import StudyError
from studies.run.models import Classifier, load_models, load_predictors
from studies.store.store import Store

SOURCE = """
import numpy as np

calls = 0

def even(images):
    global calls
    calls += 1
    return np.full((len(images), 4), 0.25)

def odd(images):
    return np.full((len(images), 4), 5.0)
odd.classes = 4
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a module of functions and a fitted classifier."""
    from sklearn.linear_model import LogisticRegression
    from skops.io import dump

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "some_functions.py").write_text(SOURCE)
    pixels = np.random.default_rng(0).random((40, SIDE * SIDE))
    dump(LogisticRegression().fit(pixels, np.arange(40) % 4), tmp_path / "lines.skops")
    (tmp_path / "lines.skops.toml").write_text('pixels = "0..1"')
    yield tmp_path
    sys.modules.pop("some_functions", None)


@pytest.fixture
def find(folder, data_file, settings, observer):
    """Load models as a new process would."""
    data = load(data_file)

    def find(*models):
        study = Study.model_validate(settings | {"models": list(models)})
        with Store(folder, create=True) as store:
            return load_models(study, data, folder / "models", store, observer, threads=1)

    return find


@pytest.mark.parametrize(
    ("model", "external", "path", "name"),
    [
        ("mlp", False, False, "mlp"),
        ("a/b.onnx", True, True, "b"),
        ("b.skops", True, True, "b"),
        ("old.pkl", True, True, "old"),
        ("package.module:function", True, False, "function"),
    ],
)
def test_external_models_are_recognised(model, external, path, name):
    assert (is_external(model), is_path(model), model_name(model)) == (external, path, name)


def test_a_study_file_finds_models_beside_it_and_functions_anywhere(folder, data_file):
    (folder / "inner").mkdir()
    (folder / "inner" / "mine.toml").write_text(
        f'name = "mine"\ndata = "{data_file}"\ncorruptions = ["contrast"]\n'
        'models = ["../lines.skops", "some_functions:even"]'
    )
    assert load_study(folder / "inner" / "mine.toml").models == (
        str(folder / "inner" / "../lines.skops"),
        "some_functions:even",
    )


def test_models_have_the_order_of_the_study(find):
    found = find("some_functions:even", "lines.skops")
    assert [classifier.name for classifier in found] == ["even", "lines"]
    assert len({classifier.digest for classifier in found}) == 2


def test_a_file_is_opened_once_until_it_changes(find, folder, monkeypatch):
    opened = []
    original = predictors.load_predictor

    def watched(source, **options):
        opened.append(str(source))
        return original(source, **options)

    monkeypatch.setattr(predictors, "load_predictor", watched)
    (first,) = find("lines.skops")
    assert find("lines.skops") == [first]
    assert opened == ["lines.skops"]
    (folder / "lines.skops.toml").write_text('pixels = "0..255"')
    (second,) = find("lines.skops")
    assert opened == ["lines.skops"] * 2
    assert second.digest != first.digest
    os.utime(folder / "lines.skops", (1, 1))
    assert find("lines.skops") == [second]
    assert opened == ["lines.skops"] * 3


def test_a_new_function_predicts_one_image(find):
    find("some_functions:even")
    calls = sys.modules["some_functions"].calls
    find("some_functions:even")
    assert sys.modules["some_functions"].calls == calls + 1  # only its classes were counted


def test_a_model_without_probabilities_is_refused_at_once(find):
    with pytest.raises(PredictionError, match="odd: outputs must be probabilities"):
        find("some_functions:odd")


def test_a_model_that_changes_before_it_predicts_is_an_error(find, data_file):
    (found,) = find("lines.skops")
    data = load(data_file)
    assert list(load_predictors([found], data, threads=1)) == ["lines"]
    stale = Classifier(found.name, "0" * 64, found.path)
    with pytest.raises(StudyError, match=r"model lines \(lines\.skops\) was changed just now"):
        load_predictors([stale], data, threads=1)
