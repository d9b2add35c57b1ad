"""A resumed training ends with the weights of an uninterrupted training."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import store
from models.data import Dataset, load
from models.resumable import checkpoint_path, train_to_file
from models.training import TrainConfig, Trained, TrainingError, checkpoints, train
from models.training.augmentation import load_augment
from models.training.checkpoints import Checkpoint, TrainingState

ROOT = Path(__file__).parents[2]
LATE = random.SystemRandom()

KILLED_AT_A_STEP = """
import os, random, signal, time
LEFT = [int(os.environ.get("EPOCHS_TO_LIVE", 10**9))]
def augment(images, ids, epoch):
    LEFT[0] -= 1
    if LEFT[0] == 0:
        time.sleep(random.random() / 20)
        os.kill(os.getpid(), signal.SIGKILL)
    return images // (1 + (ids + epoch) % 3).astype(images.dtype).reshape(-1, 1, 1, 1)
"""


class StopError(Exception):
    """Raised at a step of a training."""


def stopped_after(blocks: int) -> object:
    """Return an augmentation that raises at a later call."""
    left = [blocks]

    def augment(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
        left[0] -= 1
        if left[0] < 0:
            raise StopError
        return dim(images, ids, epoch)

    augment.__qualname__ = "dim"
    return augment


def dim(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
    return images // (1 + (ids + epoch) % 3).astype(np.uint8).reshape(-1, 1, 1, 1)


@pytest.mark.parametrize(
    "choice",
    [
        {"architecture": "cnn", "optimizer": "sgd"},
        {"schedule": "plateau", "plateau_patience": 1, "optimizer": "rmsprop", "epochs": 4},
        {"schedule": "constant", "patience": 1, "learning_rate": 0.05, "epochs": 5},
        {"precision": "mixed_float16"},
    ],
)
def test_stopped_again_and_again(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: dict[str, object]
) -> None:
    """Blocks of one batch, and each run is stopped after a random number of them."""
    monkeypatch.setattr("models.training.batches.BLOCK_VALUES", 1)
    config = TrainConfig(**{"architecture": "mlp", "epochs": 3, "batch_size": 27, **choice})
    undisturbed = train(config, tiny, dim)
    steps, path = LATE.randrange(4, 9), tmp_path / "state.npz"
    for _ in range(50):
        try:
            resumed = train(config, tiny, stopped_after(steps), checkpoint=path)
            break
        except StopError:
            steps = LATE.randrange(7, 12)  # an epoch has 3, and 3 are prepared ahead
    assert resumed.digest == undisturbed.digest
    assert resumed.kept_epoch == undisturbed.kept_epoch
    assert without_seconds(resumed) == without_seconds(undisturbed)
    assert [entry["seconds"] for entry in resumed.history] == sorted(
        entry["seconds"] for entry in resumed.history
    )


def without_seconds(trained: Trained) -> list[dict[str, float]]:
    return [
        {key: value for key, value in entry.items() if key != "seconds"}
        for entry in trained.history
    ]


def test_kill_9_at_a_random_step(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process is killed, the same command resumes, and the weights are the same.

    The images of later epochs are prepared while one trains, so that the kill comes in its midst.
    """
    (tmp_path / "noise.py").write_text(KILLED_AT_A_STEP)
    monkeypatch.syspath_prepend(tmp_path)
    command = (
        f"-m models train mlp --data {tiny_file} --out {tmp_path / 'net.keras'} --epochs 20 "
        "--batch-size 16 --learning-rate 0.01 --schedule plateau --augment noise:augment"
    )

    def start(**left: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"} | left
        return subprocess.run(
            [sys.executable, *command.split()],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    killed = start(EPOCHS_TO_LIVE=str(LATE.randrange(5, 20)))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (tmp_path / "net.keras").exists()
    assert checkpoint_path(tmp_path / "net.keras").exists()
    resumed = start()
    assert resumed.returncode == 0, resumed.stderr
    assert "resumes after epoch" in resumed.stderr
    assert not checkpoint_path(tmp_path / "net.keras").exists()

    config = TrainConfig(
        architecture="mlp", epochs=20, batch_size=16, learning_rate=0.01, schedule="plateau"
    )
    undisturbed = train(config, load(tiny_file), load_augment("noise:augment"))
    sidecar = json.loads((tmp_path / "net.json").read_text())
    assert sidecar["model_digest"] == undisturbed.digest


def test_only_the_interrupted_epoch_is_repeated(tiny: Dataset, tmp_path: Path) -> None:
    config = TrainConfig(architecture="mlp", epochs=4, batch_size=16)
    path, epochs = tmp_path / "net.keras", []

    def stop_in_the_second(report: object) -> None:
        if report.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_to_file(config, tiny, path, on_epoch=stop_in_the_second)
    assert checkpoint_path(path).exists()
    train_to_file(config, tiny, path, on_epoch=lambda report: epochs.append(report.epoch))
    assert epochs == [3, 4]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["net.json", "net.keras"]


def test_a_finished_training_does_not_continue(
    tiny: Dataset, tiny_config: TrainConfig, trained: Trained, tmp_path: Path
) -> None:
    path = tmp_path / "state.npz"
    train(tiny_config, tiny, checkpoint=path)

    def unwanted(report: object) -> None:
        pytest.fail("nothing was left to train")

    again = train(tiny_config, tiny, on_epoch=unwanted, checkpoint=path)
    assert again.digest == trained.digest
    assert len(again.history) == 3


class TestAnotherTraining:
    @pytest.fixture
    def path(self, tiny: Dataset, tmp_path: Path) -> Path:
        path = tmp_path / "state.npz"
        train(TrainConfig(architecture="mlp", epochs=1), tiny, checkpoint=path)
        return path

    def test_other_settings(self, tiny: Dataset, path: Path) -> None:
        before = path.read_bytes()
        config = TrainConfig(architecture="mlp", epochs=2, optimizer="sgd")
        with pytest.raises(
            TrainingError,
            match=r"state\.npz holds epoch 1 of another training \(epochs 1 there and 2 here; "
            r"optimizer adam there and sgd here\); resume that one, choose",
        ):
            train(config, tiny, checkpoint=path)
        assert path.read_bytes() == before

    def test_other_augmentation(self, tiny: Dataset, path: Path) -> None:
        with pytest.raises(TrainingError, match="augmentation none there and dim here"):
            train(TrainConfig(architecture="mlp", epochs=1), tiny, dim, checkpoint=path)

    def test_other_data(self, tiny: Dataset, path: Path) -> None:
        other = Dataset(
            "other", tiny.train_images // 2, tiny.train_labels, tiny.test_images,
            tiny.test_labels, tiny.class_names,
        )  # fmt: skip
        with pytest.raises(TrainingError, match=r"data_digest [0-9a-f]{12} there and"):
            train(TrainConfig(architecture="mlp", epochs=1), other, checkpoint=path)


class TestFile:
    STATE = TrainingState(
        model=[np.arange(3.0)], optimizer=[np.array(7)], callback={"history": [{"epoch": 1.0}]}
    )

    def test_round_trip(self, tmp_path: Path) -> None:
        checkpoint = Checkpoint(tmp_path / "a.npz", {"seed": 1})
        assert checkpoint.read() is None
        checkpoint.write(self.STATE)
        found = checkpoint.read()
        assert found is not None
        np.testing.assert_array_equal(found.model[0], [0, 1, 2])
        assert found.optimizer[0] == 7
        assert list(found.best) == []
        assert found.callback == self.STATE.callback
        assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]

    @pytest.mark.parametrize("share", [0.0, 0.4, 0.99])
    def test_cut_short(self, tmp_path: Path, share: float) -> None:
        checkpoint = Checkpoint(tmp_path / "a.npz", {})
        checkpoint.write(self.STATE)
        content = checkpoint.path.read_bytes()
        checkpoint.path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(TrainingError, match=r"a\.npz is damaged; delete it to train from"):
            checkpoint.read()

    def test_no_pickle(self, tmp_path: Path) -> None:
        path = tmp_path / "a.npz"
        np.savez(path, about=np.array({"code": print}, dtype=object))
        with pytest.raises(TrainingError, match="is damaged"):
            Checkpoint(path, {}).read()

    def test_a_full_disk_leaves_the_last_state(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkpoint = Checkpoint(tmp_path / "a.npz", {})
        checkpoint.write(self.STATE)

        def fill_disk(path: Path, **_arrays: object) -> None:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(checkpoints.np, "savez", fill_disk)
        with pytest.raises(TrainingError, match="cannot be written: No space left on device"):
            checkpoint.write(self.STATE)
        assert checkpoint.read() is not None
        assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]

    def test_discard_deletes_partial_files(self, tmp_path: Path) -> None:
        checkpoint = Checkpoint(tmp_path / "a.npz", {})
        checkpoint.write(self.STATE)
        (tmp_path / "a.partial.npz").write_bytes(b"half")
        checkpoints.discard(checkpoint.path)
        assert list(tmp_path.iterdir()) == []


def test_the_checkpoint_is_deleted_after_saving(tiny: Dataset, tmp_path: Path) -> None:
    with pytest.raises(store.ModelError, match="must end in"):
        train_to_file(TrainConfig(architecture="mlp"), tiny, tmp_path / "net.h5")
