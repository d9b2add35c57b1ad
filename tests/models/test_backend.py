"""The backend of Keras: threads, versions, and its messages at the start."""

import logging
import os

import pytest

from models import backend


@pytest.fixture(scope="module")
def started() -> str:
    """Make the backend compute once, after which the threads of tensorflow are fixed."""
    import keras

    keras.ops.convert_to_numpy(keras.ops.ones(3) + 1)
    return backend.name()


def test_threads_below_one() -> None:
    with pytest.raises(ValueError, match="threads must be at least 1, got 0"):
        backend.pin_threads(0)


def test_threads_are_known(started: str) -> None:
    assert backend.threads() >= 1


def test_too_late(started: str) -> None:
    if started != "tensorflow":
        pytest.skip(f"{started} can change its threads at any time, or never")
    other = backend.threads() + 1
    with pytest.raises(backend.BackendError, match=f"threads must be set to {other} before"):
        backend.pin_threads(other)
    assert backend.threads() == other - 1


def test_the_present_number_can_be_set_again(started: str) -> None:
    now = backend.threads()
    assert backend.pin_threads(now) == now


def test_provenance(started: str) -> None:
    import keras
    import numpy as np

    found = backend.provenance()
    assert found["backend"] == started
    assert found["keras"] == keras.__version__
    assert found["numpy"] == np.__version__
    assert found["threads"] == str(backend.threads())
    assert all(isinstance(value, str) for value in found.values())


@pytest.mark.parametrize(
    ("gpu", "threads", "words"),
    [(None, 1, "the CPU, 1 thread"), (None, 8, "the CPU, 8 threads"), ("X1", 8, "GPU X1")],
)
def test_describe_device(
    monkeypatch: pytest.MonkeyPatch, gpu: str | None, threads: int, words: str
) -> None:
    monkeypatch.setattr(backend, "gpu", lambda: gpu)
    monkeypatch.setattr(backend, "threads", lambda: threads)
    assert backend.describe_device() == words
    if gpu is not None:
        assert backend.provenance()["device"] == gpu


def test_the_device_is_where_keras_computes(started: str) -> None:
    import keras

    place = str(getattr(keras.ops.ones(3), "device", "")).lower()
    computes_on_cpu = "cpu" in place
    assert (backend.gpu() is None) == computes_on_cpu


def test_precision_applies_to_the_block_alone(started: str) -> None:
    import keras

    def fail() -> None:
        assert keras.layers.Dense(2).compute_dtype == "bfloat16"
        raise KeyError

    with pytest.raises(KeyError), backend.precision("mixed_bfloat16"):
        fail()
    assert keras.layers.Dense(2).compute_dtype == "float32"


def test_quiet_start_drops_native_messages(capfd: pytest.CaptureFixture[str]) -> None:
    with backend.quiet_start():
        os.write(2, b"native greeting\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_quiet_start_shows_messages_when_the_start_fails(capfd: pytest.CaptureFixture[str]) -> None:
    def start() -> None:
        os.write(2, b"library not found\n")
        raise ImportError

    with pytest.raises(ImportError), backend.quiet_start():
        start()
    assert capfd.readouterr().err == "library not found\n"


def test_quiet_start_keeps_a_chosen_log_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    with backend.quiet_start():
        pass
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_several_models_give_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """TensorFlow takes the first call of a fifth model for a fifth tracing of one model."""
    if backend.name() != "tensorflow":
        pytest.skip(f"{backend.name()} does not tell of its tracing")
    import keras
    import numpy as np

    logger = logging.getLogger("tensorflow")
    with backend.quiet_start(), caplog.at_level("WARNING", logger.name):
        logger.addHandler(caplog.handler)
        for _ in range(7):
            network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
            network.predict_on_batch(np.zeros((1, 2), np.float32))
        logger.warning("something else")
        logger.removeHandler(caplog.handler)
    assert {record.getMessage() for record in caplog.records} == {"something else"}
