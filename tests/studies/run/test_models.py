"""Finding the guests of a study: opened once, tried before use, and noticed when they change."""

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
    """A working folder with a module of guests and a fitted classifier."""
    from sklearn.linear_model import LogisticRegression
    from skops.io import dump

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "some_guests.py").write_text(SOURCE)
    pixels = np.random.default_rng(0).random((40, SIDE * SIDE))
    dump(LogisticRegression().fit(pixels, np.arange(40) % 4), tmp_path / "lines.skops")
    (tmp_path / "lines.skops.toml").write_text('pixels = "0..1"')
    yield tmp_path
    sys.modules.pop("some_guests", None)


@pytest.fixture
def find(folder, data_file, settings, observer):
    """Find models anew, as the next start of a program would."""
    data = load(data_file)

    def find(*models):
        study = Study.model_validate(settings | {"models": list(models)})
        with Store(folder, create=True) as store:
            return load_models(study, data, folder / "models", store, observer, threads=1)

    return find


@pytest.mark.parametrize(
    ("model", "guest", "path", "name"),
    [
        ("mlp", False, False, "mlp"),
        ("a/b.onnx", True, True, "b"),
        ("b.skops", True, True, "b"),
        ("old.pkl", True, True, "old"),
        ("package.module:function", True, False, "function"),
    ],
)
def test_guests_are_told_from_architectures(model, guest, path, name):
    assert (is_external(model), is_path(model), model_name(model)) == (guest, path, name)


def test_a_study_file_finds_guests_beside_it_and_functions_anywhere(folder, data_file):
    (folder / "inner").mkdir()
    (folder / "inner" / "mine.toml").write_text(
        f'name = "mine"\ndata = "{data_file}"\ncorruptions = ["contrast"]\n'
        'models = ["../lines.skops", "some_guests:even"]'
    )
    assert load_study(folder / "inner" / "mine.toml").models == (
        str(folder / "inner" / "../lines.skops"),
        "some_guests:even",
    )


def test_they_keep_the_order_of_the_study(find):
    found = find("some_guests:even", "lines.skops")
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


def test_a_function_is_tried_when_it_is_new(find):
    find("some_guests:even")
    calls = sys.modules["some_guests"].calls
    find("some_guests:even")
    assert sys.modules["some_guests"].calls == calls + 1  # its classes were counted, no more


def test_what_does_not_give_probabilities_is_refused_at_once(find):
    with pytest.raises(PredictionError, match="odd: outputs must be probabilities"):
        find("some_guests:odd")


def test_a_model_that_changes_between_finding_and_predicting_is_noticed(find, data_file):
    (found,) = find("lines.skops")
    data = load(data_file)
    assert list(load_predictors([found], data, threads=1)) == ["lines"]
    stale = Classifier(found.name, "0" * 64, found.path)
    with pytest.raises(StudyError, match=r"model lines \(lines\.skops\) was changed just now"):
        load_predictors([stale], data, threads=1)
