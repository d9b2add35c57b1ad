"""The explorer with cheap models, as a script: ``serving.py PORT FOLDER DATA GATE``.

The preparation waits until the file GATE is there, and fails with what is written in it, if it is
not empty.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fakes import QuadrantModel

from models.data import load
from studies.config.files import load_study
from studies.core.errors import StudyError
from studies.explorer.context import Context, Material
from studies.explorer.server import serve


def main(port, folder, data, gate):
    """Serve until the process ends."""

    def prepare(tell):
        tell("Training mlp: epoch 3 of 8", 0.375)
        while not gate.exists():
            time.sleep(0.02)
        if sentence := gate.read_text():
            raise StudyError(sentence)
        return Material(load(data), {"mlp": QuadrantModel("mlp"), "cnn": QuadrantModel("cnn")})

    study = load_study("quickstart", {"data": data})
    serve(Context(study, folder, prepare), "127.0.0.1", port)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
