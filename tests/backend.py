"""Run one small study under TensorFlow and under another backend of Keras, and compare.

``tox run -e jax`` and ``tox run -e torch`` run this script. Two networks that were trained under
TensorFlow are swept under both backends: no accuracy may differ by more than 0.3 points. Both are
also trained under the other backend; those accuracies are only printed, because the initial weights
differ.
"""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ALLOWED = 0.003
SWEEP = ["sweep", "--strengths", "3", "--seeds", "1"]
SPECS = ["gaussian_noise(sigma=0.5)", "rotation(degrees=45)"]


def sweep(backend, models, out):
    """Sweep in another process, and return the accuracies by model, corruption and t."""
    command = [sys.executable, "-m", "studies", *SWEEP, "--models", models, "--out", str(out)]
    command += [word for spec in SPECS for word in ("--corruptions", spec)]
    subprocess.run(command, env=os.environ | {"KERAS_BACKEND": backend}, check=True)
    with (out / "curves.csv").open(newline="", encoding="utf-8") as file:
        return {
            (row["model"], row["corruption"], row["t"]): float(row["accuracy"])
            for row in csv.DictReader(file)
        }


def main(backend):
    """Compare the backends, and return an error message, or 0 without an error."""
    with tempfile.TemporaryDirectory() as folder:
        trained = Path(folder) / "tensorflow"
        reference = sweep("tensorflow", "mlp,cnn", trained)
        files = ",".join(str(trained / "models" / f"{name}.keras") for name in ("mlp", "cnn"))
        found = sweep(backend, files, Path(folder) / backend)
        own = sweep(backend, "mlp,cnn", Path(folder) / "own")
    differences = {key: abs(found[key] - reference[key]) for key in reference}
    print(f"\nThe same models under tensorflow and {backend}, and those trained under {backend}:")
    for (model, corruption, t), accuracy in reference.items():
        key = (model, corruption, t)
        print(
            f"  {model:4} {corruption:26} t={float(t):.1f}  {accuracy:7.2%}  {found[key]:7.2%}"
            f"  {own[key]:7.2%}"
        )
    largest = max(differences.values())
    print(f"largest difference: {100 * largest:.2f} points; {100 * ALLOWED:.1f} are allowed")
    return f"the backends differ by {100 * largest:.2f} points" if largest > ALLOWED else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
