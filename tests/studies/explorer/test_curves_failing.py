import copy
import dataclasses

import numpy as np
import pytest
from explorer_pages import quick, sweep_into

import noiselib
from models.data import load
from studies.core.errors import StudyError
from studies.explorer.failing import find_failing, images_seen, originals_of
from studies.explorer.folders import open_folder


@pytest.fixture(scope="module")
def opened(tmp_path_factory, data_file):
    folder = tmp_path_factory.mktemp("results") / "done"
    with pytest.MonkeyPatch.context() as patch:
        sweep_into(folder, data_file, patch)
    return open_folder(folder)


def condition_of(opened, place, draw):
    return opened.panels[0].lines[0].dots[place].conditions[draw]


def test_the_images_that_fail_are_those_that_the_model_gets_wrong(opened, data_file):
    condition, data = condition_of(opened, 2, 1), load(data_file)
    corrupt = noiselib.parse(condition.pipeline)
    answers = quick(corrupt(data.test_images, seed=1, ids=0))
    wrong = np.flatnonzero(answers.argmax(axis=1) != data.test_labels)
    failing = find_failing(opened.results, "quick", condition)
    assert failing.images == 60
    assert 0 < len(wrong) < 60
    assert sorted(mistake.number for mistake in failing.mistakes) == wrong.tolist()
    first = failing.mistakes[0]
    assert first.confidence == pytest.approx(answers[wrong].max())
    assert first.predicted == data.class_names[answers[first.number].argmax()] != first.true
    assert first.true == data.class_names[data.test_labels[first.number]]


def test_a_clean_point_is_judged_without_a_seed(opened):
    assert condition_of(opened, 0, 0).seed is None
    assert len(find_failing(opened.results, "quick", condition_of(opened, 0, 0)).mistakes) < 20


def test_the_images_shown_are_those_that_the_model_saw(opened, data_file):
    condition, data = condition_of(opened, 2, 1), load(data_file)
    everything = noiselib.parse(condition.pipeline)(data.test_images, seed=1, ids=0)
    for at_hand in (None, data):
        seen = images_seen(originals_of(opened.results, at_hand), condition, [41, 3, 17])
        assert np.array_equal(seen, everything[[41, 3, 17]])


def test_a_point_that_is_not_stored_is_said(opened):
    missing = dataclasses.replace(condition_of(opened, 2, 1), seed=7)
    with pytest.raises(StudyError, match=r"holds no .*cell"):
        find_failing(opened.results, "quick", missing)


def test_images_that_are_not_at_hand_are_said(opened, data_file, tmp_path):
    condition, study = condition_of(opened, 0, 0), opened.results.study
    moved = copy.copy(opened.results)
    moved._study = study.model_copy(update={"data": str(tmp_path / "gone.npz")})
    gone = originals_of(moved, None)
    with pytest.raises(StudyError, match=r"images of this sweep are not at hand: .*gone\.npz"):
        images_seen(gone, condition, [0])
    images = dataclasses.replace(opened.results.images, digest="e" * 64)
    results = copy.copy(opened.results)
    results.evaluation_set = dataclasses.replace(results.evaluation_set, images=images)
    other = originals_of(results, load(data_file))
    with pytest.raises(StudyError, match=r"not at hand: .* has other images now"):
        images_seen(other, condition, [0])
