import copy
import dataclasses

import numpy as np
import pytest
from quick_models import quick, sweep_into

import noiselib
from models.data import load
from studies.core.errors import StudyError
from studies.explorer.curves.misclassified import find_misclassified
from studies.explorer.curves.results_folder import corrupted_images, open_folder, original_images


@pytest.fixture(scope="module")
def folder(tmp_path_factory, data_file):
    path = tmp_path_factory.mktemp("results") / "done"
    with pytest.MonkeyPatch.context() as patch:
        sweep_into(path, data_file, patch)
    return open_folder(path)


def condition_of(folder, place, number):
    return folder.charts[0].lines[0].points[place].conditions[number]


def test_the_images_are_those_that_the_model_misclassifies(folder, data_file):
    condition, data = condition_of(folder, 2, 1), load(data_file)
    corrupt = noiselib.parse(condition.pipeline)
    answers = quick(corrupt(data.test_images, seed=1, ids=0))
    wrong = np.flatnonzero(answers.argmax(axis=1) != data.test_labels)
    found = find_misclassified(folder.results, "quick", condition)
    assert folder.results.images.count == 60
    assert 0 < len(wrong) < 60
    assert sorted(image.number for image in found) == wrong.tolist()
    first = found[0]
    assert first.confidence == pytest.approx(answers[wrong].max())
    assert first.predicted == data.class_names[answers[first.number].argmax()] != first.true
    assert first.true == data.class_names[data.test_labels[first.number]]


def test_a_clean_point_has_no_seed(folder):
    assert condition_of(folder, 0, 0).seed is None
    assert len(find_misclassified(folder.results, "quick", condition_of(folder, 0, 0))) < 20


def test_the_images_have_the_pixels_that_the_model_saw(folder, data_file):
    condition, data = condition_of(folder, 2, 1), load(data_file)
    everything = noiselib.parse(condition.pipeline)(data.test_images, seed=1, ids=0)
    for loaded in (None, data):
        originals = original_images(folder.results, loaded)
        seen = corrupted_images(originals, condition, [41, 3, 17])
        assert np.array_equal(seen, everything[[41, 3, 17]])


def test_a_point_that_is_not_stored_is_an_error(folder):
    missing = dataclasses.replace(condition_of(folder, 2, 1), seed=7)
    with pytest.raises(StudyError, match=r"holds no .*cell"):
        find_misclassified(folder.results, "quick", missing)


def test_images_that_are_not_available_are_an_error(folder, data_file, tmp_path):
    condition, results = condition_of(folder, 0, 0), copy.copy(folder.results)
    results._study = results.study.model_copy(update={"data": str(tmp_path / "gone.npz")})
    gone = original_images(results, None)
    with pytest.raises(StudyError, match=r"images of this sweep are not available: .*gone\.npz"):
        corrupted_images(gone, condition, [0])
    results = copy.copy(folder.results)
    images = dataclasses.replace(results.images, digest="e" * 64)
    results.evaluation_set = dataclasses.replace(results.evaluation_set, images=images)
    other = original_images(results, load(data_file))
    with pytest.raises(StudyError, match=r"not available: .* has other images now"):
        corrupted_images(other, condition, [0])
