"""The five reference systems: rows, data, resumption and the report on them."""

import csv
import io

import numpy as np
import pytest
from typer.testing import CliRunner

import noiselib
from models.data import load
from models.training import TrainConfig, TrainingError
from studies.config.augmentation import CleanImageAugment, SpecAugment
from studies.config.reference_systems import ReferenceSystems, ReportedModel, read_systems
from studies.report.reference_systems import (
    answer,
    draw_reference_systems,
    judged,
    to_markdown,
)
from studies.run.reference_systems import ReferenceResult, ReferenceStudy, with_noise
from studies.tables.reference_systems import reference_rows

REPORTED = {  # system -> its published test accuracies, in percent
    "Essmaw": [82.09, 91.34, 96.73],
    "theo-serralta": [
        85.80, 85.74, 85.65, 86.47, 87.40, 92.58, 93.16, 90.66, 96.66, 96.46, 96.62,
    ],
    "Codewithjhansi": [98.90],
    "ENSI course": [98.0],
    "Ritanjit": [98.22, 99.30],
}  # fmt: skip


@pytest.fixture(scope="module")
def systems() -> ReferenceSystems:
    return read_systems()


def test_every_published_accuracy_has_its_row(systems):
    found = {
        name: [round(100 * row.reported, 2) for row in systems.rows if row.system == name]
        for name in {row.system for row in systems.rows}
    }
    assert found == REPORTED


def test_every_row_and_goal_has_valid_settings(systems):
    for asked in (*systems.rows, *systems.goals):
        TrainConfig(architecture=asked.architecture, **asked.training)
        noiselib.parse(systems.noise[asked.noise])


def test_goals_are_unchanged(systems):
    found = {(goal.noise, goal.model): goal.goal for goal in systems.goals}
    assert found == {
        ("clean", "MLP"): 0.987,
        ("clean", "CNN"): 0.995,
        ("gaussian", "MLP"): 0.945,
        ("gaussian", "CNN"): 0.97,
        ("course", "MLP"): 0.945,
        ("course", "CNN"): 0.98,
    }
    assert all(goal.seeds == (0, 1, 2) for goal in systems.goals)


def test_an_undefined_noise_is_refused(systems):
    row = systems.rows[0].model_copy(update={"noise": "fog"})
    with pytest.raises(ValueError, match="no noise is called fog"):
        ReferenceSystems(noise={"clean": "identity"}, rows=(row,), goals=())


def test_noise_is_constant_and_differs_between_train_and_test(systems):
    clean = load("digits").first(50, 50)
    twice = [with_noise(clean, "course", systems.noise["course"]) for _ in range(2)]
    assert twice[0].digest == twice[1].digest != clean.digest
    same = np.repeat(clean.train_images[:1], 50, axis=0)
    labels = np.zeros(50, np.int64)
    one = type(clean)("same", same, labels, same, labels, clean.class_names)
    noisy = with_noise(one, "gaussian", systems.noise["gaussian"])
    assert not np.array_equal(noisy.train_images, noisy.test_images)
    assert with_noise(clean, "clean", "identity") is clean


def test_the_augmentation_corrupts_clean_images_and_ignores_its_input(systems):
    clean = load("digits").train_images[:20]
    noise = SpecAugment(noiselib.parse(systems.noise["gaussian"]), seed=4)
    fresh = CleanImageAugment(clean, noise)
    ids = np.array([7, 3])
    first = fresh(np.zeros_like(clean[:2]), ids, 0)
    assert np.array_equal(first, noise(clean[ids], ids, 0))
    assert not np.array_equal(first, fresh(clean[ids], ids, 1))


class Silent:
    def __init__(self):
        self.trained = []

    def begin(self, name):
        self.trained.append(name)

    def epoch_done(self, report):
        pass

    def note(self, text):
        pass


@pytest.fixture(scope="module")
def small(systems):
    """Two rows, one of them in folds, and a goal, for the smallest networks."""
    plain = systems.rows[-2].model_copy(update={"architecture": "ensi_mlp"})
    folds = plain.model_copy(update={"folds": 2, "noise": "course"})
    goal = systems.goals[2].model_copy(update={"architecture": "ensi_mlp", "seeds": (0, 1)})
    return systems.model_copy(update={"rows": (plain, folds), "goals": (goal,)})


def test_results_are_stored(small, tmp_path):
    clean, observer, again = load("digits"), Silent(), Silent()
    first = ReferenceStudy(small, clean, tmp_path, observer, quick=True).run()
    assert [len(result.accuracies) for result in first] == [1, 2, 2]
    assert len(observer.trained) == 5
    assert ReferenceStudy(small, clean, tmp_path, again, quick=True).run() == first
    assert again.trained == []


def test_a_training_that_diverges_is_named(small, tmp_path):
    wild = small.rows[0].model_copy(
        update={"training": {**small.rows[0].training, "learning_rate": 1e38, "optimizer": "sgd"}}
    )
    only = small.model_copy(update={"rows": (wild,), "goals": ()})
    with pytest.raises(TrainingError, match="Ritanjit MLP 256-128: the loss became"):
        ReferenceStudy(only, load("digits"), tmp_path, Silent(), quick=True).run()


def test_the_remark_of_a_row_is_part_of_its_verdict(systems):
    row = systems.rows[0].model_copy(update={"remark": "for the <weather>"})
    only = systems.model_copy(update={"rows": (row,), "goals": ()})
    (line,) = reference_rows(results_at(only, 0.02))
    assert judged(line) == "2.0 points above; for the <weather>"
    assert judged(line) in to_markdown([line])


def results_at(systems, difference):
    made = [ReferenceResult(row, (row.reported + difference,), 60.0, 3) for row in systems.rows]
    return made + [
        ReferenceResult(goal, (goal.goal + difference,) * 3, 90.0, 9) for goal in systems.goals
    ]


@pytest.mark.parametrize(
    ("difference", "row_verdict", "goal_verdict"),
    [
        (0.0, "as reported", "reached"),
        (0.01, "as reported", "reached"),
        (-0.01, "as reported", "missed by 1.00 points"),
        (-0.02, "2.0 points below", "missed by 2.00 points"),
    ],
)
def test_verdicts(systems, difference, row_verdict, goal_verdict):
    made = reference_rows(results_at(systems, difference))
    assert {line.verdict for line in made if not line.is_ours} == {row_verdict}
    assert {line.verdict for line in made if line.is_ours} == {goal_verdict}


def test_rows_are_grouped_by_noise_with_ours_last(systems):
    made = reference_rows(results_at(systems, 0))
    noises = [line.noise for line in made]
    assert noises == sorted(noises, key=list(dict.fromkeys(noises)).index)
    course = [line.is_ours for line in made if line.noise == "course"]
    assert course == sorted(course)
    assert len(made) == len(systems.rows) + len(systems.goals)


def test_the_answer_counts(systems):
    made = reference_rows(results_at(systems, -0.02))
    assert answer(made, quick=False) == [
        "0 of 18 reference models come out within a point of their report.",
        "Our models reach 0 of 6 goals.",
    ]
    assert "mean nothing" in answer(made, quick=True)[0]


def test_markdown_and_figure_have_every_row(systems):
    made = reference_rows(results_at(systems, 0.001))
    assert len(to_markdown(made).splitlines()) == 2 + len(made)
    picture = draw_reference_systems(made)
    assert picture == draw_reference_systems(made)
    assert picture.png.startswith(b"\x89PNG")


def test_the_command_writes_table_picture_and_page(small, tmp_path, monkeypatch):
    from studies.__main__ import app

    monkeypatch.setattr("studies.config.reference_systems.read_systems", lambda: small)
    out = tmp_path / "reference"
    command = ["reference", "--data", "digits", "--quick", "--out", str(out)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO((out / "reference_systems.csv").read_text())))
    assert [row["system"] for row in rows] == ["Ritanjit", "Ritanjit", "ours"]
    page = (out / "reference_systems.html").read_text()
    assert "mean nothing" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    figures = {path.name for path in (out / "figures").iterdir()}
    assert figures == {"reference_systems.png", "reference_systems.svg"}


def test_the_former_name_of_the_command_says_the_new_one(tmp_path, monkeypatch):
    from studies.__main__ import app

    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["seeds", "--quick", "--data", "a b.npz"])
    assert done.exit_code == 2
    assert done.stderr.startswith("error: `python -m studies seeds` is now called `reference`")
    assert done.stderr.rstrip().endswith("-m studies reference --quick --data 'a b.npz'")
    assert not list(tmp_path.iterdir())


def test_a_results_folder_of_the_former_name_is_not_ignored(tmp_path, monkeypatch):
    from studies.__main__ import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "seeds-quick").mkdir(parents=True)
    done = CliRunner().invoke(app, ["reference", "--quick", "--data", "digits"])
    assert done.exit_code == 2
    former, new = "results/seeds-quick", "results/reference-quick"
    assert f"{former} holds finished trainings, and is now called {new}" in done.stderr
    assert not (tmp_path / new).exists()


def test_the_command_names_missing_data(tmp_path):
    from studies.__main__ import app

    command = ["reference", "--data", str(tmp_path / "none.npz"), "--out", str(tmp_path)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert "none.npz" in done.output


def test_a_row_has_a_title(systems):
    assert systems.rows[0].title == "Essmaw MLP 256-128"
    assert isinstance(systems.rows[0], ReportedModel)
