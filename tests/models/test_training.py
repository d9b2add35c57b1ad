"""Training: reproducibility, inputs, schedules, augmentation and errors."""

import dataclasses
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from models import backend, training
from models.data import Dataset
from models.digests import model_digest
from models.training import EpochReport, TrainConfig, Trained, TrainingError, train

IN_ANOTHER_PROCESS = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
import conftest
from models.data import Dataset
from models.training import TrainConfig, train
names = ("top", "upper", "lower", "bottom")
tiny = Dataset("tiny", *conftest.stripes(90, 1), *conftest.stripes(40, 2), names)
print(train(TrainConfig.model_validate_json({config!r}), tiny).digest)
"""


class TestConfig:
    def test_none_is_the_value_of_the_architecture(self, digits: Dataset) -> None:
        config = TrainConfig(architecture="cnn", batch_size=7).resolved(digits)
        assert config.batch_size == 7
        assert config.epochs is not None
        assert config.learning_rate is not None
        assert config.resolved(digits) == config

    def test_large_data_get_fewer_epochs(self, digits: Dataset) -> None:
        tenfold = Dataset(
            "more",
            np.repeat(digits.train_images, 40, axis=0),
            np.repeat(digits.train_labels, 40),
            digits.test_images,
            digits.test_labels,
            digits.class_names,
        )
        config = TrainConfig(architecture="mlp")
        assert config.resolved(tenfold).epochs < config.resolved(digits).epochs

    @pytest.mark.parametrize(
        ("fraction", "expected"), [(0, 0), (0.001, 1), (0.1, 9), (0.25, 22), (0.5, 45)]
    )
    def test_split_sizes(self, tiny: Dataset, fraction: float, expected: int) -> None:
        config = TrainConfig(architecture="mlp", validation_fraction=fraction)
        kept, held_out = config.split(tiny)
        assert len(held_out) == expected
        assert sorted([*kept, *held_out]) == list(range(90))

    def test_split_depends_on_the_seed_alone(self, tiny: Dataset) -> None:
        first = TrainConfig(architecture="mlp", seed=1).split(tiny)[1]
        again = TrainConfig(architecture="cnn", seed=1, epochs=9).split(tiny)[1]
        other = TrainConfig(architecture="mlp", seed=2).split(tiny)[1]
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"seed": -1},
            {"seed": 2**32},
            {"epochs": 0},
            {"batch_size": 0},
            {"learning_rate": 0},
            {"learning_rate": float("inf")},
            {"schedule": "linear"},
            {"optimizer": "magic"},
            {"label_smoothing": 1},
            {"validation_fraction": 0.6},
            {"epoch": 3},
            {"precision": "float16"},
            {"plateau_factor": 1},
            {"plateau_patience": 0},
            {"plateau_minimum": -1},
            {"patience": 0},
            {"monitor": "auc"},
        ],
    )
    def test_out_of_range(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            TrainConfig(architecture="mlp", **wrong)

    @pytest.mark.parametrize(
        ("observer", "words"),
        [({"patience": 2}, "early stopping"), ({"schedule": "plateau"}, "a plateau schedule")],
    )
    def test_nothing_to_monitor(self, observer: dict[str, object], words: str) -> None:
        with pytest.raises(ValidationError, match=f"{words} needs a validation_fraction above 0"):
            TrainConfig(architecture="mlp", validation_fraction=0, **observer)

    def test_as_flags_leaves_defaults_out(self) -> None:
        assert TrainConfig(architecture="cnn").as_flags() == "cnn"
        config = TrainConfig(
            architecture="cnn", learning_rate=0.01, augment_validation=True, patience=4
        )
        flags = "cnn --learning-rate 0.01 --augment-validation --patience 4"
        assert config.as_flags() == flags

    def test_frozen(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            TrainConfig(architecture="mlp").seed = 1

    def test_unknown_architecture(self) -> None:
        with pytest.raises(ValidationError, match="did you mean 'mlp'"):
            TrainConfig(architecture="mpl")

    def test_nothing_left_to_train_on(self) -> None:
        one = np.zeros((1, 12, 12, 1), np.uint8)
        data = Dataset("one", one, np.zeros(1, int), one, np.zeros(1, int), ("a", "b"))
        with pytest.raises(TrainingError, match="leaves none of the 1 images to train on"):
            train(TrainConfig(architecture="mlp"), data)


class TestReproducible:
    def test_same_seed_same_weights(
        self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained
    ) -> None:
        again = train(tiny_config, tiny)
        assert again.digest == trained.digest
        pairs = zip(again.model.get_weights(), trained.model.get_weights(), strict=True)
        assert all(a.tobytes() == b.tobytes() for a, b in pairs)

    def test_another_process(self, tiny_config: TrainConfig, trained: Trained) -> None:
        here = Path(__file__).parent
        script = IN_ANOTHER_PROCESS.format(
            root=str(here.parents[1]), here=str(here), config=tiny_config.model_dump_json()
        )
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert run.stdout.split() == [trained.digest]

    def test_another_seed(self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained) -> None:
        other = train(tiny_config.model_copy(update={"seed": 4}), tiny)
        assert other.digest != trained.digest

    def test_convolutions(self, tiny: Dataset) -> None:
        config = TrainConfig(architecture="cnn", epochs=1, batch_size=30)
        assert train(config, tiny).digest == train(config, tiny).digest

    def test_an_augmentation_that_does_nothing(
        self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained
    ) -> None:
        again = train(tiny_config, tiny, augment=lambda images, _ids, _epoch: images)
        assert again.digest == trained.digest
        assert "lambda" in again.augmentation
        assert trained.augmentation == ""


class TestResult:
    def test_it_learns(self, tiny: Dataset, trained: Trained) -> None:
        answers = trained.model.predict_on_batch(tiny.test_images).argmax(axis=1)
        assert (answers == tiny.test_labels).mean() > 0.9

    def test_provenance(self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained) -> None:
        precision = "float32" if backend.gpu() is None else "mixed_float16"
        asked = tiny_config.model_copy(update={"precision": precision})
        assert trained.config == asked.resolved(tiny)
        assert trained.kept_epoch == 3
        assert trained.digest == model_digest(trained.model)
        assert trained.data_digest == tiny.digest
        assert trained.data_name == "tiny"
        assert trained.class_names == tiny.class_names
        assert trained.seconds > 0
        assert {"backend", "threads", "python", "keras", "numpy"} <= set(trained.provenance)

    def test_history(self, trained: Trained) -> None:
        assert [entry["epoch"] for entry in trained.history] == [1, 2, 3]
        assert set(trained.history[0]) == {
            "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy",
            "learning_rate", "seconds",
        }  # fmt: skip
        assert trained.history[-1]["loss"] < trained.history[0]["loss"]
        assert all(isinstance(value, float) for value in trained.history[0].values())

    def test_validation_uses_the_validation_images(
        self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained
    ) -> None:
        held_out = tiny_config.split(tiny)[1]
        answers = trained.model.predict_on_batch(tiny.train_images[held_out]).argmax(axis=1)
        accuracy = (answers == tiny.train_labels[held_out]).mean()
        assert trained.history[-1]["validation_accuracy"] == pytest.approx(accuracy)

    def test_the_model_has_no_optimizer(self, trained: Trained) -> None:
        assert getattr(trained.model, "optimizer", None) is None

    def test_reports_come_in_the_calling_thread(self, tiny: Dataset) -> None:
        reports: list[tuple[EpochReport, threading.Thread]] = []
        config = TrainConfig(architecture="mlp", epochs=2, validation_fraction=0)
        result = train(
            config,
            tiny,
            on_epoch=lambda report: reports.append((report, threading.current_thread())),
        )
        assert [(report.epoch, report.epochs) for report, _ in reports] == [(1, 2), (2, 2)]
        assert {thread for _, thread in reports} == {threading.current_thread()}
        assert reports[0][0].validation_accuracy is None
        assert "validation_accuracy" not in result.history[0]

    @pytest.mark.parametrize(
        "choice",
        [
            {"optimizer": "sgd", "schedule": "constant", "learning_rate": 0.01},
            {"optimizer": "rmsprop", "label_smoothing": 0.1},
        ],
    )
    def test_settings_matter(
        self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained, choice: dict[str, object]
    ) -> None:
        other = train(tiny_config.model_copy(update=choice), tiny)
        assert other.digest != trained.digest
        assert other.history[-1]["accuracy"] > 0.5


class TestSchedules:
    def test_cosine_falls_to_zero_and_constant_stays(
        self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained
    ) -> None:
        rates = [entry["learning_rate"] for entry in trained.history]
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] == pytest.approx(0, abs=1e-9)
        constant = tiny_config.model_copy(update={"schedule": "constant", "learning_rate": 0.25})
        history = train(constant, tiny).history
        assert [entry["learning_rate"] for entry in history] == [0.25] * 3

    def test_plateau_lowers_the_rate_when_nothing_improves(self, tiny: Dataset) -> None:
        """All validation images are correct after an epoch, so that the accuracy cannot improve."""
        config = TrainConfig(
            architecture="mlp", epochs=9, learning_rate=0.25, optimizer="sgd", seed=3,
            schedule="plateau", plateau_factor=0.5, plateau_patience=2, plateau_minimum=0.1,
            monitor="accuracy",
        )  # fmt: skip
        history = train(config, tiny).history
        expected, best, waited, rate = [], -1.0, 0, 0.25
        for entry in history:
            expected.append(rate)
            improved = entry["validation_accuracy"] > best
            best, waited = max(best, entry["validation_accuracy"]), 0 if improved else waited + 1
            if waited == 2:
                rate, waited = max(rate / 2, 0.1), 0
        assert [entry["learning_rate"] for entry in history] == pytest.approx(expected)
        assert expected[-1] == 0.1

    def test_early_stopping_keeps_the_best_weights(self, tiny: Dataset) -> None:
        config = TrainConfig(
            architecture="mlp", epochs=30, learning_rate=0.001, schedule="constant",
            patience=2, batch_size=16, seed=3, validation_fraction=0.3,
        )  # fmt: skip
        mixed_up = dataclasses.replace(tiny, train_labels=np.roll(tiny.train_labels, 1), digest="")
        result = train(config, mixed_up)
        losses = [entry["validation_loss"] for entry in result.history]
        assert result.kept_epoch == int(np.argmin(losses)) + 1
        assert len(losses) == result.kept_epoch + 2 < 30
        held_out = config.split(tiny)[1]
        chances = result.model.predict_on_batch(tiny.train_images[held_out])
        right = chances[np.arange(len(held_out)), mixed_up.train_labels[held_out]]
        assert -np.log(right).mean() == pytest.approx(min(losses), rel=1e-4)


class TestPrecision:
    @pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
    def test_half_precision_gives_a_float32_model(self, tiny: Dataset, precision: str) -> None:
        import keras

        config = TrainConfig(architecture="mlp", epochs=4, batch_size=16, precision=precision)
        result = train(config, tiny)
        assert {layer.compute_dtype for layer in result.model.layers[1:]} == {"float32"}
        assert keras.config.dtype_policy().name == "float32"
        answers = result.model.predict_on_batch(tiny.test_images).argmax(axis=1)
        assert (answers == tiny.test_labels).mean() > 0.9

    def test_auto_on_a_gpu(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backend, "gpu", lambda: "a GPU")
        config = TrainConfig(architecture="mlp")
        assert training._with_precision(config).precision == "mixed_float16"
        asked = config.model_copy(update={"precision": "float32"})
        assert training._with_precision(asked) == asked


class TestAugment:
    def test_training_images_with_their_own_ids_each_epoch(
        self, tiny: Dataset, tiny_config: TrainConfig
    ) -> None:
        met: dict[int, list[int]] = {}

        def augment(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
            np.testing.assert_array_equal(images, tiny.train_images[ids])
            met.setdefault(epoch, []).extend(ids.tolist())
            return images

        train(tiny_config, tiny, augment)
        allowed = set(tiny_config.split(tiny)[0].tolist())
        assert sorted(met) == [0, 1, 2]
        for ids in met.values():
            assert len(ids) == len(set(ids)) == 81 // 16 * 16
            assert set(ids) <= allowed

    def test_the_network_gets_augmented_images(
        self, tiny: Dataset, tiny_config: TrainConfig, trained: Trained
    ) -> None:
        def invert(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
            return 255 - images

        inverted = train(tiny_config, tiny, invert)
        assert inverted.digest != trained.digest
        assert inverted.augmentation.endswith("invert")

    def test_a_callable_object_is_described_by_its_text(
        self, tiny: Dataset, tiny_config: TrainConfig
    ) -> None:
        class Darken:
            def __call__(self, images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
                return images // 2

            def __str__(self) -> str:
                return "darken(by=2)"

        config = tiny_config.model_copy(update={"epochs": 1})
        assert train(config, tiny, Darken()).augmentation == "darken(by=2)"

    def test_what_it_raises_is_passed_on(self, tiny: Dataset, tiny_config: TrainConfig) -> None:
        def fail(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
            if epoch == 1:
                raise LookupError("no such noise")
            return images

        with pytest.raises(LookupError, match=r"^'?no such noise'?$"):
            train(tiny_config, tiny, fail)

    def test_validation_images_only_on_request(self, tiny: Dataset) -> None:
        config = TrainConfig(architecture="mlp", epochs=1, seed=3)
        held_out = set(config.split(tiny)[1].tolist())
        met: list[tuple[int, set[int]]] = []

        def augment(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
            met.append((epoch, set(ids.tolist())))
            return np.zeros_like(images)

        train(config, tiny, augment)
        assert not any(ids & held_out for _, ids in met)
        met.clear()
        train(config.model_copy(update={"augment_validation": True}), tiny, augment)
        assert (0, held_out) in met

    def test_wrong_shape(self, tiny: Dataset, tiny_config: TrainConfig) -> None:
        with pytest.raises(TrainingError, match="must return uint8 images of shape"):
            train(tiny_config, tiny, lambda images, _ids, _epoch: images[:, 1:])


def test_an_infinite_loss_is_an_error(tiny: Dataset) -> None:
    config = TrainConfig(
        architecture="mlp", epochs=5, learning_rate=1e38, optimizer="sgd", schedule="constant"
    )
    with pytest.raises(TrainingError, match=r"the loss became .* in epoch .*; lower the learning"):
        train(config, tiny)


def test_a_caller_can_stop_it(tiny: Dataset, tiny_config: TrainConfig) -> None:
    def stop(report: EpochReport) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tiny_config, tiny, on_epoch=stop)
    assert not [t for t in threading.enumerate() if t.name.startswith("augment")]


def test_public_names() -> None:
    assert set(training.__all__) == {
        "EpochReport", "TrainConfig", "Trained", "TrainingError", "train",
    }  # fmt: skip
