import subprocess
import sys

import pytest

from studies.core.errors import StudyError
from studies.store.store import exclusive_lock

HOLDER = """
import sys, time
from pathlib import Path
from studies.store.store import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_sweep_is_refused_until_the_first_ends(tmp_path):
    with exclusive_lock(tmp_path / "new" / "folder"):
        with (
            pytest.raises(StudyError, match=r"another sweep is running in .*--out"),
            exclusive_lock(tmp_path / "new" / "folder"),
        ):
            pass
        with exclusive_lock(tmp_path / "other"):
            pass
    with exclusive_lock(tmp_path / "new" / "folder"):
        pass


def test_a_killed_sweep_leaves_no_lock(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StudyError, match="another sweep"), exclusive_lock(tmp_path):
            pass
        holder.kill()
        holder.wait()
        with exclusive_lock(tmp_path):
            pass


def test_a_folder_that_cannot_be_created_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(StudyError, match="cannot be written"),
        exclusive_lock(tmp_path / "file" / "folder"),
    ):
        pass
