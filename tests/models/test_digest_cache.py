"""Cached digests of large data."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models import data
from models.data import assembly, digest_cache
from models.dataset import Dataset


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(digest_cache, "LARGE", 1)
    return tmp_path / "cache" / "image-robustness-studies" / "digests"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The digests that were computed."""
    computed: list[str] = []
    original = assembly.content_digest

    def watched(dataset: Dataset, on_progress: Callable[[int], None]) -> str:
        computed.append(original(dataset, on_progress))
        return computed[-1]

    monkeypatch.setattr(assembly, "content_digest", watched)
    return computed


def test_it_is_computed_once(tiny_file: Path, cache: Path, counted: list[str]) -> None:
    digests = {data.load(tiny_file).digest for _ in range(3)}
    assert digests == set(counted)
    assert len(counted) == 1
    assert len(list(cache.iterdir())) == 1


def test_a_changed_file_is_noticed(tiny_file: Path, cache: Path, counted: list[str]) -> None:
    first = data.load(tiny_file).digest
    with np.load(tiny_file) as arrays:
        parts = dict(arrays)
    parts["x_test"] = 255 - parts["x_test"]
    before = tiny_file.stat().st_mtime_ns
    np.savez(tiny_file, **parts)
    os.utime(tiny_file, ns=(before + 1, before + 1))  # the clock of a file system may be coarse
    second = data.load(tiny_file).digest
    assert counted == [first, second]
    assert first != second


def test_digests_of_small_data_are_not_cached(
    tiny_file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_cache, "LARGE", 2**28)
    data.load(tiny_file)
    assert not cache.exists()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff" * 64, b"A" * 64])
def test_a_damaged_entry_is_computed_again(
    tiny_file: Path, cache: Path, counted: list[str], content: bytes
) -> None:
    digest = data.load(tiny_file).digest
    (entry,) = cache.iterdir()
    entry.write_bytes(content)
    assert data.load(tiny_file).digest == digest
    assert entry.read_text() == digest


def test_a_cache_that_cannot_be_written_costs_time_only(
    tiny_file: Path, tmp_path: Path, cache: Path, counted: list[str]
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert data.load(tiny_file).digest == data.load(tiny_file).digest
    assert len(counted) == 2
