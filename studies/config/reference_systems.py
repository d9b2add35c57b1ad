"""The reference systems that this project follows, and our goals on the same data."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SYSTEMS = Path(__file__).with_suffix(".toml")
Fraction = Annotated[float, Field(gt=0, lt=1)]


class _Training(BaseModel):
    """A model, a key of `ReferenceSystems.noise` for its images, and how to train it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    noise: str
    architecture: str
    training: Mapping[str, Any]


class ReportedModel(_Training):
    """A model of a reference system.

    Attributes
    ----------
    system : str
        The system.
    reported : float
        Its published test accuracy, in (0, 1).
    folds : int
        Above 0: `reported` is the mean over this number of folds of the training images.
    remark : str
        What the figures do not show, such as why ours differ.
    """

    system: str
    reported: Fraction
    folds: int = Field(default=0, ge=0)
    remark: str = ""

    @property
    def title(self) -> str:
        """Title of the model in a list of all."""
        return f"{self.system} {self.model}"


class Goal(_Training):
    """Our goal for a model of ours on the same data; its test images have the noise.

    Attributes
    ----------
    goal : float
        Test accuracy to reach, as the mean over the training seeds, in (0, 1).
    augmentation : str
        A key of `ReferenceSystems.noise`: the noise on clean training images, new in each epoch.
    seeds : tuple of int
        Training seeds.
    """

    goal: Fraction
    augmentation: str
    seeds: tuple[int, ...] = (0, 1, 2)

    @property
    def title(self) -> str:
        """Title of the goal in a list of all."""
        return f"our {self.model}, {self.noise}"


class ReferenceSystems(BaseModel):
    """All reported models and goals, and the kinds of noise: name -> spec."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    noise: Mapping[str, str]
    rows: tuple[ReportedModel, ...]
    goals: tuple[Goal, ...]

    @model_validator(mode="after")
    def _noise_is_defined(self) -> Self:
        named = {row.noise for row in self.rows}
        named |= {name for goal in self.goals for name in (goal.noise, goal.augmentation)}
        if unknown := sorted(named - set(self.noise)):
            raise ValueError(f"no noise is called {', '.join(unknown)}")
        return self


def read_systems() -> ReferenceSystems:
    """Return the reference systems and goals that ship with the project."""
    return ReferenceSystems.model_validate(tomllib.loads(SYSTEMS.read_text(encoding="utf-8")))
