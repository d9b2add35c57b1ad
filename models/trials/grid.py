"""The settings of a comparison: what all trainings share, and a grid of values to try."""

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


def _expand_count(seeds: object) -> object:
    """Return the seeds 0 to n - 1 for a number n."""
    if isinstance(seeds, bool) or not isinstance(seeds, int):
        return seeds
    if not 1 <= seeds <= 1000:
        raise ValueError(f"the number of seeds must lie in [1, 1000], got {seeds}")
    return tuple(range(seeds))


Seed = Annotated[int, Field(ge=0, lt=2**32)]


class ComparisonJob(TrainingJob):
    """Which settings to compare on which data; see also `TrainingJob`.

    Attributes
    ----------
    training : TrainConfig
        The settings that all trainings share. The architecture may be in the grid instead.
    seeds : tuple of int
        Each combination is trained with each seed; a number n is short for 0 to n - 1.
    rank_by : str
        The metric on the validation images whose mean ranks: ``"accuracy"`` or ``"loss"``.
    grid : dict of str to list
        The values to try for settings of `TrainConfig`, at least one for each.
    """

    seeds: Annotated[tuple[Seed, ...], BeforeValidator(_expand_count), Field(min_length=1)] = (0,)
    rank_by: Literal["accuracy", "loss"] = "accuracy"
    grid: Annotated[dict[str, Annotated[list[Any], Field(min_length=1)]], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, settings: Any) -> Any:
        """Take the architecture from the grid where it is not among the shared settings."""
        if isinstance(settings, dict) and "judge" in settings:
            raise ValueError("the setting judge is now called rank_by")
        match settings:
            case {"grid": {"architecture": [str(first), *_]}, "training": dict(training)}:
                return settings | {"training": {"architecture": first} | training}
        return settings

    @field_validator("grid")
    @classmethod
    def _valid_combinations(
        cls, grid: dict[str, list[Any]], info: ValidationInfo
    ) -> dict[str, list[Any]]:
        """Validate every combination now, so that no error appears after hours of training."""
        if "seed" in grid:
            raise ValueError(
                "seed: all combinations are trained with the same seeds; set seeds instead"
            )
        base = info.data.get("training")
        if base is None:
            return grid
        errors: dict[str, None] = {}
        for values in itertools.product(*grid.values()):
            settings = base.model_dump() | dict(zip(grid, values, strict=True))
            try:
                fraction = TrainConfig.model_validate(settings).validation_fraction
            except ValidationError as error:
                errors[validation_message("", error, list(TrainConfig.model_fields))] = None
                continue
            if fraction == 0:
                errors["validation_fraction: must be above 0, to rank on validation images"] = None
        if errors:
            raise ValueError("; ".join(text.removeprefix(": ") for text in errors))
        return grid

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Yield each combination of one value for each setting; the last setting varies fastest."""
        for values in itertools.product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))
