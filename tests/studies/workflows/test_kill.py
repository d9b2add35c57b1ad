"""A sweep that is killed at random gives the same results as an undisturbed one."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

FAKES = Path(__file__).parents[1] / "fakes.py"
ROOT = Path(__file__).parents[3]
KILLS = 10


@pytest.fixture
def command(data_file, tmp_path):
    """Start a sweep with cheap models in a separate process."""

    def command(folder, pause):
        arguments = ["sweep", "--data", data_file, "--out", folder, "--strengths", 9, "--seeds", 4]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "FAKE_LOG": f"{folder}.log",
            "FAKE_PAUSE": str(pause),
        }
        return subprocess.Popen(
            [sys.executable, str(FAKES), *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return command


def cells(folder):
    """Return key -> run of every stored cell, read without our code."""
    path = folder / "results.sqlite"
    if not path.exists():
        return {}
    connection = sqlite3.connect(path)
    try:
        return dict(connection.execute("SELECT key, run FROM cells"))
    except sqlite3.OperationalError:  # killed before the tables were created
        return {}
    finally:
        connection.close()


def predictions(folder):
    log = Path(f"{folder}.log")
    return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.mark.slow
def test_a_sweep_killed_ten_times_gives_the_same_bytes(command, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    with command(whole, 0) as process:
        assert process.wait() == 0, process.stdout.read()
    planned = len(cells(whole))
    assert predictions(whole) == planned  # the data is one block

    chance = random.SystemRandom()
    kills, stored, counts = 0, {}, []
    while kills < KILLS:
        with command(cut, 0.01) as process:
            if chance.random() < 0.2:  # most likely before a cell is stored
                time.sleep(chance.uniform(0, 2))
            else:
                deadline = time.monotonic() + 60
                while not cells(cut).keys() - stored and time.monotonic() < deadline:
                    if process.poll() is not None:
                        break
                    time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.12))
            process.send_signal(signal.SIGKILL)
            finished = process.wait() == 0
        kills += 1
        after = cells(cut)
        assert stored.items() <= after.items(), "a finished cell was computed again or lost"
        stored = after
        counts.append(len(stored))
        if finished:
            break
    assert any(0 < count < planned for count in counts), counts

    with command(cut, 0) as process:
        assert process.wait() == 0, process.stdout.read()
    assert stored.items() <= cells(cut).items()
    assert cells(cut).keys() == cells(whole).keys()
    assert predictions(cut) <= planned + 2 * kills  # at most two unfinished cells each time
    assert (cut / "curves.csv").read_bytes() == (whole / "curves.csv").read_bytes()
    assert not list(cut.rglob("*.partial*")) or (cut / "report.html").exists()


def test_ctrl_c_ends_with_the_command_that_resumes(command, tmp_path):
    folder = tmp_path / "out"
    with command(folder, 0.02) as process:
        deadline = time.monotonic() + 60
        while not cells(folder) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
        assert process.wait() == 130
    assert "Traceback" not in output
    assert "stopped; what is finished is stored in" in output
    assert output.strip().endswith("--strengths 9 --seeds 4")


def test_a_second_sweep_at_the_same_time_is_refused(command, tmp_path):
    folder = tmp_path / "out"
    with command(folder, 0.05) as first:
        deadline = time.monotonic() + 60
        while not cells(folder) and time.monotonic() < deadline:
            time.sleep(0.02)
        with command(folder, 0) as second:
            output = second.stdout.read()
            assert second.wait() == 2
        first.kill()
    assert "another sweep is running" in output
    assert output.count("\n") == 1
