"""The stream of batches: order, coverage, and the background thread. Keras is not needed."""

import threading
import time

import numpy as np
import pytest

from models.training import batches as batches_module
from models.training.batches import READY_BLOCKS, Augment, AugmentError, BatchStream

IMAGES = np.arange(50, dtype=np.uint8).reshape(50, 1, 1, 1)
TARGETS = np.arange(50, dtype=np.float32).reshape(50, 1)
IDS = np.arange(5, 45)


@pytest.fixture
def one_batch_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches_module, "BLOCK_VALUES", 1)


def stream(augment: Augment | None = None, **changes: int) -> BatchStream:
    settings = {"batch_size": 8, "epochs": 3, "seed": 0} | changes
    return BatchStream(IMAGES, TARGETS, IDS, augment=augment, **settings)


def seen(source: BatchStream) -> np.ndarray:
    with source:
        return np.array([images.ravel() for images, _ in source.batches()])


def test_every_image_once_in_each_epoch() -> None:
    epochs = seen(stream()).reshape(3, -1)
    for epoch in epochs:
        assert sorted(epoch) == IDS.tolist()
    assert not np.array_equal(epochs[0], epochs[1])


def test_targets_belong_to_their_images() -> None:
    with stream() as source:
        for images, targets in source.batches():
            np.testing.assert_array_equal(images.ravel(), targets.ravel())


def test_remaining_images_are_skipped_in_an_epoch() -> None:
    source = stream(batch_size=9, epochs=30)
    assert source.batches_per_epoch == 4
    batches = seen(source)
    assert batches.shape == (30 * 4, 9)
    assert all(len(set(epoch.ravel())) == 36 for epoch in batches.reshape(30, 4, 9))
    assert set(batches.ravel()) == set(IDS)


def test_a_batch_larger_than_the_data_is_all_data() -> None:
    source = stream(batch_size=1000)
    assert source.batches_per_epoch == 1
    assert seen(source).shape == (3, 40)


def test_the_seed_decides_the_order() -> None:
    np.testing.assert_array_equal(seen(stream()), seen(stream()))
    assert not np.array_equal(seen(stream()), seen(stream(seed=1)))


@pytest.mark.parametrize(("values", "blocks"), [(1, [8] * 5), (17, [16, 16, 8]), (999, [40])])
def test_augment_gets_ids_and_epochs_in_order_and_in_one_background_thread(
    monkeypatch: pytest.MonkeyPatch, values: int, blocks: list[int]
) -> None:
    monkeypatch.setattr(batches_module, "BLOCK_VALUES", values)
    calls = []

    def augment(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
        np.testing.assert_array_equal(images.ravel(), ids)
        calls.append((epoch, ids.tolist(), threading.current_thread()))
        time.sleep(0.001 * (len(calls) % 3))
        return 200 + images - ids.astype(np.uint8).reshape(-1, 1, 1, 1)

    plain, augmented = seen(stream()), seen(stream(augment))
    assert (augmented == 200).all()
    assert [epoch for epoch, _, _ in calls] == np.repeat([0, 1, 2], len(blocks)).tolist()
    assert [len(ids) for _, ids, _ in calls] == blocks * 3
    np.testing.assert_array_equal(np.concatenate([ids for _, ids, _ in calls]), plain.ravel())
    threads = {thread for _, _, thread in calls}
    assert len(threads) == 1
    assert threading.main_thread() not in threads


def test_resuming_at_an_epoch_gives_the_batches_of_an_uninterrupted_stream() -> None:
    with stream() as source:
        later = np.array([images.ravel() for images, _ in source.batches(first_epoch=1)])
    np.testing.assert_array_equal(later, seen(stream())[5:])


def test_augment_may_write_into_its_images() -> None:
    before = IMAGES.copy()

    def blacken(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
        images[...] = 0
        return images

    assert not seen(stream(blacken)).any()
    np.testing.assert_array_equal(IMAGES, before)


def test_the_next_batches_are_prepared_in_the_background(one_batch_a_block: None) -> None:
    prepared = []

    def augment(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
        prepared.append(epoch)
        return images

    with stream(augment) as source:
        next(source.batches())
        deadline = time.monotonic() + 60
        while len(prepared) < READY_BLOCKS + 1 and time.monotonic() < deadline:
            time.sleep(0.001)
    assert len(prepared) == READY_BLOCKS + 1


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("augment")]


def test_leaving_ends_the_thread_and_the_batches() -> None:
    before = threads()
    with stream() as source:
        batches = source.batches()
        next(batches)
        assert len(threads()) == len(before) + 1
    assert threads() == before
    assert list(batches) == []
    assert source.error is None


@pytest.mark.parametrize(
    ("augment", "message"),
    [
        (
            lambda images, _ids, _epoch: images / 255,
            r"uint8 images of shape \(40, 1, 1, 1\), got fl",
        ),
        (lambda images, _ids, _epoch: images[1:], r"got uint8 of shape \(39, 1, 1, 1\)"),
        (lambda _images, _ids, _epoch: None, "must return an array of images, got NoneType"),
    ],
)
def test_invalid_augmentations_raise(augment: Augment, message: str) -> None:
    source = stream(augment)
    with pytest.raises(AugmentError, match=message) as caught:
        seen(source)
    assert source.error is caught.value


def test_an_error_in_augment_is_stored() -> None:
    def fail(images: np.ndarray, ids: np.ndarray, epoch: int) -> np.ndarray:
        if epoch == 1:
            raise ZeroDivisionError("mine")
        return images

    source = stream(fail)
    with pytest.raises(ZeroDivisionError, match="mine"):
        seen(source)
    assert isinstance(source.error, ZeroDivisionError)
