"""What `systems.toml` holds: the rows of the five systems, and our goals on the same data."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

SYSTEMS = Path(__file__).with_suffix(".toml")
Share = Annotated[float, Field(gt=0, lt=1)]


class Row(BaseModel):
    """A model that a seed system trained.

    Parameters
    ----------
    system, model
        Whose, and what they call it.
    noise
        A key of `Systems.noise`: what was done to training and test images.
    reported
        Its published test accuracy, in (0, 1).
    architecture
        One of `models.architectures.names()`.
    training
        Fields of `models.training.TrainConfig`.
    folds
        Above 0: `reported` is the mean of so many folds of the training images.
    remark
        What is known of the row that its figures do not say, such as why ours differs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    model: str
    noise: str
    reported: Share
    architecture: str
    training: Mapping[str, Any]
    folds: int = Field(default=0, ge=0)
    remark: str = ""

    @property
    def title(self) -> str:
        """What the row is called where it stands alone."""
        return f"{self.system} {self.model}"


class Goal(BaseModel):
    """Our model on the data of the seeds.

    Parameters
    ----------
    model
        "MLP" or "CNN".
    noise
        A key of `Systems.noise`: what the test images go through.
    goal
        Test accuracy to reach, mean of the training seeds, in (0, 1).
    architecture, training
        As in `Row`.
    augmentation
        A key of `Systems.noise`: what clean training images go through, afresh in every epoch.
    seeds
        Training seeds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    noise: str
    goal: Share
    architecture: str
    training: Mapping[str, Any]
    augmentation: str
    seeds: tuple[int, ...] = (0, 1, 2)

    @property
    def title(self) -> str:
        """What the goal is called where it stands alone."""
        return f"our {self.model}, {self.noise}"


class Systems(BaseModel):
    """The whole of `systems.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    noise: Mapping[str, str]
    rows: tuple[Row, ...]
    goals: tuple[Goal, ...]

    @model_validator(mode="after")
    def _noise_is_known(self) -> Self:
        named = {row.noise for row in self.rows}
        named |= {name for goal in self.goals for name in (goal.noise, goal.augmentation)}
        if unknown := sorted(named - set(self.noise)):
            raise ValueError(f"no noise is called {', '.join(unknown)}")
        return self


def read_systems() -> Systems:
    """Return the rows and goals that ship with the project."""
    return Systems.model_validate(tomllib.loads(SYSTEMS.read_text(encoding="utf-8")))
