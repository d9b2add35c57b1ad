"""External models that predict at once or slowly, and sweeps of them."""

import time

from fakes import QuadrantModel

from studies.config.study import Study
from studies.workflows import sweep as session

MODELS = ("quick_models:quick", "quick_models:slow")


def quick(images):
    """Predict from the grey levels of the quadrants."""
    return QuadrantModel("quick").predict(images)


def slow(images):
    """Predict from parts of the quadrants, after a while."""
    time.sleep(0.25)
    return QuadrantModel("cnn").predict(images)


class SilentObserver:
    """An observer that does nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def note(self, text):
        pass

    def sweep_begins(self, missing, planned):
        pass

    def cell_done(self, model, pipeline, accuracy):
        pass


def sweep_into(folder, data, monkeypatch, **changes):
    """Sweep the quick model into a folder, without a report; return the study."""
    settings = {
        "name": folder.name,
        "data": str(data),
        "models": ["quick_models:quick"],
        "corruptions": ["gaussian_noise(sigma=0.5)", "contrast(factor=0.1)"],
        "strengths": 3,
        "seeds": 2,
    }
    study = Study.model_validate(settings | changes)
    monkeypatch.setattr(session, "write_outputs", lambda *_, **__: None)
    session.run_study(study, folder, command="typed", observer=SilentObserver())
    return study
