"""What a comparison of settings reads: a base, and a grid of values to try."""

import itertools
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from models.training.config import TrainConfig
from models.trials.jobs import TrainingJob
from models.validation_messages import validation_message


def _counted(seeds: object) -> object:
    """Let a number n stand for the seeds 0 to n - 1."""
    if isinstance(seeds, bool) or not isinstance(seeds, int):
        return seeds
    if not 1 <= seeds <= 1000:
        raise ValueError(f"the number of seeds must lie in [1, 1000], got {seeds}")
    return tuple(range(seeds))


Seed = Annotated[int, Field(ge=0, lt=2**32)]


class ComparisonJob(TrainingJob):
    """Which settings to compare on what, see `TrainingJob`.

    Parameters
    ----------
    training
        What all trainings share. The architecture may be in the grid instead.
    seeds
        Each combination is trained with each; a number n stands for 0 to n - 1.
    judge
        What ranks: mean ``"accuracy"`` or ``"loss"`` on validation images.
    grid
        Setting of `TrainConfig` -> values to try, at least one each.
    """

    seeds: Annotated[tuple[Seed, ...], BeforeValidator(_counted), Field(min_length=1)] = (0,)
    judge: Literal["accuracy", "loss"] = "accuracy"
    grid: Annotated[dict[str, Annotated[list[Any], Field(min_length=1)]], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _any_architecture_to_begin_with(cls, settings: Any) -> Any:
        """Let the architecture be named by the grid alone."""
        match settings:
            case {"grid": {"architecture": [str(first), *_]}, "training": dict(training)}:
                return settings | {"training": {"architecture": first} | training}
        return settings

    @field_validator("grid")
    @classmethod
    def _makes_sense(cls, grid: dict[str, list[Any]], info: ValidationInfo) -> dict[str, list[Any]]:
        """Try every combination, so that the last one cannot be wrong after hours."""
        if "seed" in grid:
            raise ValueError("seed: every combination is trained with the same; name them in seeds")
        base = info.data.get("training")
        if base is None:
            return grid
        mistakes: dict[str, None] = {}
        for values in itertools.product(*grid.values()):
            settings = base.model_dump() | dict(zip(grid, values, strict=True))
            try:
                fraction = TrainConfig.model_validate(settings).validation_fraction
            except ValidationError as error:
                mistakes[validation_message("", error, list(TrainConfig.model_fields))] = None
                continue
            if fraction == 0:
                mistakes["validation_fraction: must be above 0, for the images judge"] = None
        if mistakes:
            raise ValueError("; ".join(text.removeprefix(": ") for text in mistakes))
        return grid

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Yield every choice of one value a setting, the last setting changing fastest."""
        for values in itertools.product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))
