"""Run and type-check a project that uses the installed wheel; run by `tox run -e consumer`."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import noiselib

HERE = Path(__file__).parent
PYTHON = sys.executable
MESSAGES = {  # of misspelt.py; robust.py must pass
    (PYTHON,): "did you mean 'GaussianNoise'?",
    (PYTHON, "-m", "mypy", "--strict"): 'Module has no attribute "GausianNoise"',
    (PYTHON, "-m", "pyright", "--pythonpath", PYTHON): '"GausianNoise" is not a known attribute',
}

if "site-packages" not in noiselib.__file__:
    sys.exit(f"not the wheel: noiselib comes from {noiselib.__file__}")
failures = []
with tempfile.TemporaryDirectory() as folder:  # away from the checkout
    for command, message in MESSAGES.items():
        for name, expected in (("robust.py", ""), ("misspelt.py", message)):
            shutil.copy(HERE / name, folder)
            done = subprocess.run(
                [*command, name], cwd=folder, capture_output=True, text=True, check=False
            )
            output = done.stdout + done.stderr
            if bool(done.returncode) != bool(expected) or expected not in output:
                failures.append(f"{' '.join(command[1:])} {name}: {done.returncode}\n{output}")
print("\n".join(failures) or "6 passed, 0 failed: a project that uses noiselib")
sys.exit(len(failures))
