"""What a results folder was last swept for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.adaptive import Accuracies
from studies.config.validators import model_name
from studies.core.errors import StudyError
from studies.plan import Planned
from studies.protocols.plan import plan
from studies.store.records import Subject
from studies.store.store import Store

if TYPE_CHECKING:
    from studies.config.study import Study


@dataclass(frozen=True, slots=True)
class Swept:
    """The last sweep of a results folder.

    Attributes
    ----------
    folder
        The results folder.
    study
        The settings.
    subject
        Which images.
    digests
        Model name -> model digest, in the order of the study.
    plan
        Everything that was asked for.
    """

    folder: Path
    study: "Study"
    subject: Subject
    digests: Mapping[str, str]
    plan: Sequence[Planned]


def last_sweep(store: Store, folder: Path) -> Swept:
    """Return what a results folder was last swept for.

    Raises
    ------
    StudyError
        When it never was.
    """
    from studies.config.study import Study

    runs = store.runs()
    if not runs:
        raise StudyError(f"there are no results in {folder} yet; start with a sweep")
    study = Study.model_construct(**runs[-1].study)
    models = [model for name in study.models if (model := store.model(model_name(name)))]
    digests = {model.name: model.digest for model in models}
    return Swept(
        folder=folder,
        study=study,
        subject=store.subject(),
        digests=digests,
        plan=plan(study, Accuracies(store, digests)),
    )
