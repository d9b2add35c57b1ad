"""Run the goldens as on other processors, and with two threads; run by `tox run -e portable`.

OpenBLAS and numpy choose their kernels by processor when they start, so each setting has a process.
"""

import os
import subprocess
import sys

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

TESTS = ["tests/noiselib/test_goldens.py", "tests/noiselib/test_streams.py"]

# numpy refuses to disable features that it does not dispatch on, or that the processor lacks
features = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
wide = [name for name in features if "AVX512" in name or name == "X86_V4"]
settings = [
    {},
    {"OPENBLAS_CORETYPE": "Haswell"},
    {"OPENBLAS_CORETYPE": "Nehalem"},
    {"NPY_DISABLE_CPU_FEATURES": " ".join(wide)},
    {"NPY_DISABLE_CPU_FEATURES": " ".join(features)},
    {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
]

failed = 0
for setting in settings:
    print("\n" + (" ".join(f"{key}={value}" for key, value in setting.items()) or "default"))
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    failed += subprocess.run(command, env=os.environ | setting, check=False).returncode != 0
sys.exit(f"{failed} settings have other results" if failed else 0)
