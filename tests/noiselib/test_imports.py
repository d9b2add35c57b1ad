"""noiselib imports numpy and scipy alone, and scipy late."""

import subprocess
import sys

import noiselib  # noqa: F401 - fails here, and not in a subprocess, where it is not installed

FORBIDDEN = (
    "keras",
    "tensorflow",
    "sklearn",
    "matplotlib",
    "models",
    "studies",
    "PIL",
    "hypothesis",
)


def output(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_importing_imports_nothing_but_numpy():
    loaded = output("import sys, noiselib; print(*sys.modules)").split()
    tops = {name.partition(".")[0] for name in loaded}
    assert not tops & set(FORBIDDEN)
    assert "scipy" not in tops


def test_using_it_imports_nothing_but_scipy():
    code = (
        "import sys, numpy, noiselib\n"
        "x = numpy.zeros((2, 9, 9), 'uint8')\n"
        "for cls in noiselib.registry().values(): cls()(x)\n"
        "print(*sys.modules)"
    )
    tops = {name.partition(".")[0] for name in output(code).split()}
    assert not tops & set(FORBIDDEN)
