import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from studies.core.errors import StudyError
from studies.plan import Condition, ImageRange
from studies.stats.predictions import Outcomes, outcomes_of
from studies.store import database as schema
from studies.store.store import FILE_NAME, Failure, Store, StoredModel

CONDITION = Condition("gaussian_noise(sigma=0.2)", (("gaussian_noise", 1),), 3)


@pytest.fixture
def outcomes():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(4), 50).astype(np.float32)
    return outcomes_of(probabilities, np.arange(50) % 4)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path, create=True) as store:
        yield store


def begin(store):
    return store.begin_run(started="now", command="sweep", study={"a": 1}, provenance={"b": [2]})


def add(store, key, outcomes, **changes):
    values = {"run": begin(store), "seconds": 0.5, "outcomes": outcomes} | changes
    store.add_cell(key, CONDITION, "digest", **values)


def test_stored_outcomes_are_read_exactly(store, outcomes):
    add(store, "k", outcomes)
    back = store.outcomes("k")
    for name in Outcomes.__slots__:
        before, after = getattr(outcomes, name), getattr(back, name)
        assert before.dtype == after.dtype
        assert before.shape == after.shape
        np.testing.assert_array_equal(before, after)
    assert store.finished_keys() == {"k"}


def test_arrays_are_stored_little_endian_with_their_type(store, outcomes, tmp_path):
    swapped = Outcomes(
        *(getattr(outcomes, n).astype(getattr(outcomes, n).dtype.newbyteorder(">"))
          for n in Outcomes.__slots__)
    )  # fmt: skip
    add(store, "k", swapped)
    np.testing.assert_array_equal(store.quantity("k", "confidence"), outcomes.confidence)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        types = dict(connection.execute("SELECT quantity, dtype FROM outcomes"))
        assert types["log_probabilities"] == "<f2"
        assert types["rank"] == "<i4"
    connection.close()


def test_an_empty_array_can_be_stored(store):
    many = outcomes_of(np.full((3, 30), 1 / 30, np.float32), np.array([0, 1, 2]))
    add(store, "k", many)
    assert store.outcomes("k").log_probabilities.shape == (3, 0)


def test_a_cell_is_stored_completely_or_not_at_all(store, outcomes):
    broken = Outcomes(
        *(getattr(outcomes, n) for n in Outcomes.__slots__[:-1]), log_probabilities="no array"
    )
    with pytest.raises((TypeError, AttributeError)):
        add(store, "k", broken)
    assert store.finished_keys() == set()
    add(store, "k", outcomes)  # the first attempt left nothing


def test_a_cell_is_never_stored_twice(store, outcomes):
    add(store, "k", outcomes)
    with pytest.raises(StudyError, match="UNIQUE"):
        add(store, "k", outcomes)


def test_a_failure_is_stored_until_the_cell_succeeds(store, outcomes):
    run = begin(store)
    for error in ("first", "second"):
        store.add_failure(Failure("k", CONDITION, "mlp", error), run=run)
    (failure,) = store.failures()
    assert (failure.model, failure.error, failure.condition.seed) == ("mlp", "second", 3)
    add(store, "k", outcomes)
    assert store.failures() == []


def test_runs_and_models_are_read_as_they_were_stored(store):
    number = begin(store)
    store.finish_run(number, "later")
    (run,) = store.runs()
    assert (run.finished, run.command, run.study, run.provenance) == (
        "later",
        "sweep",
        {"a": 1},
        {"b": [2]},
    )
    model = StoredModel("mlp", "digest", "path", "[1]", {"seed": 0})
    assert store.model("mlp") is None
    store.remember_model(model)
    store.remember_model(model)
    assert store.model("mlp") == model


def test_a_folder_belongs_to_one_study_on_one_data_set(store, evaluation_set):
    store.bind(evaluation_set)
    store.bind(evaluation_set)
    held = store.evaluation_set()
    assert held.images == evaluation_set.images
    assert held.class_names == evaluation_set.class_names
    np.testing.assert_array_equal(held.labels, evaluation_set.labels)
    np.testing.assert_array_equal(held.example, evaluation_set.example)
    for other in (
        replace(evaluation_set, study="other"),
        replace(evaluation_set, data="mnist", images=ImageRange("e" * 64, 0, 3)),
    ):
        with pytest.raises(StudyError, match=r"holds the results of study 'small'.*--out"):
            store.bind(other)


def test_a_missing_database_is_an_error(tmp_path):
    with pytest.raises(StudyError, match="there are no results in"):
        Store(tmp_path)
    assert list(tmp_path.iterdir()) == []


def filled(folder, outcomes, cells=20):
    with Store(folder, create=True) as store:
        for number in range(cells):
            add(store, f"k{number}", outcomes)
    return folder / FILE_NAME


@pytest.mark.parametrize("damage", ["cut", "zeros", "text"])
def test_a_damaged_database_is_one_sentence_and_unchanged(tmp_path, outcomes, damage):
    path = filled(tmp_path, outcomes)
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {
            "cut": content[:middle],
            "zeros": content[: 4096 * 3] + bytes(4096 * 3) + content[4096 * 6 :],
            "text": b"hello" * 1000,
        }[damage]
    )
    before = path.read_bytes()
    with pytest.raises(StudyError, match=r"is damaged|another program") as caught:
        Store(tmp_path, create=True)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def flip_a_bit(path, array):
    """Change one byte of an array in the file."""
    needle = array.tobytes()[:64]
    content = path.read_bytes()
    assert content.count(needle) == 1
    path.write_bytes(content.replace(needle, bytes([needle[0] ^ 1]) + needle[1:]))


def test_all_damaged_cells_are_deleted_and_the_others_stay(tmp_path, outcomes):
    path = filled(tmp_path, outcomes, cells=2)
    others = [
        outcomes_of(
            np.random.default_rng(n).dirichlet(np.ones(4), 50).astype("f"), np.arange(50) % 4
        )
        for n in (1, 2)
    ]
    with Store(tmp_path) as store:
        for name, other in zip(("a", "b"), others, strict=True):
            add(store, name, other)
    flip_a_bit(path, others[0].confidence)
    flip_a_bit(path, others[1].log_probability)
    with Store(tmp_path) as store:
        with pytest.raises(StudyError, match=r"cells \(a for one\); 2 are deleted, .* again"):
            store.quantity("a", "confidence")
        assert store.finished_keys() == {"k0", "k1"}
        np.testing.assert_array_equal(store.outcomes("k1").rank, outcomes.rank)
        add(store, "a", others[0])  # it can be computed again


def test_a_cell_without_an_array_is_damaged(tmp_path, outcomes):
    path = filled(tmp_path, outcomes, cells=2)
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM outcomes WHERE cell = 'k0' AND quantity = 'rank'")
    connection.commit()
    connection.close()
    with Store(tmp_path) as store:
        with pytest.raises(StudyError, match=r"\(k0 for one\); 1 are deleted"):
            store.outcomes("k0")
        assert store.finished_keys() == {"k1"}
        with pytest.raises(StudyError, match="holds no cell nowhere"):
            store.quantity("nowhere", "rank")


@pytest.mark.parametrize(
    ("pragma", "sentence"),
    [
        (f"user_version = {schema.VERSION + 1}", "newer version"),
        ("application_id = 7", "database of another program"),
    ],
)
def test_databases_of_other_programs_and_versions_are_refused(tmp_path, outcomes, pragma, sentence):
    path = filled(tmp_path, outcomes, cells=1)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {pragma}")
    connection.commit()
    connection.close()
    with pytest.raises(StudyError, match=sentence):
        Store(tmp_path)


def test_a_database_of_another_program_is_unchanged(tmp_path):
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE theirs (a)")
    connection.commit()
    connection.close()
    with pytest.raises(StudyError, match="another program"):
        Store(tmp_path, create=True)


def test_a_full_disk_loses_no_stored_cell(store, outcomes):
    add(store, "k0", outcomes)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    def add_many():
        for number in range(1, 50):
            add(store, f"k{number}", outcomes)

    with pytest.raises(StudyError, match="the disk is full"):
        add_many()
    store._connection.execute("PRAGMA max_page_count = 100000")
    assert "k0" in store.finished_keys()
    for key in store.finished_keys():
        store.outcomes(key)
    add(store, "after", outcomes)


def test_a_process_killed_while_it_creates_the_tables_does_no_harm(tmp_path):
    (tmp_path / FILE_NAME).touch()
    with Store(tmp_path, create=True) as store:
        assert store.finished_keys() == set()
