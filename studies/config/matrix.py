"""The settings of a train-by-test matrix, in the table ``[matrix]`` of a study file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from models.training import TrainConfig
from models.validation_messages import validation_message
from studies.config.files import read_settings
from studies.config.study import CLEAN, BaseStudy
from studies.config.validators import Corruptions, Count, Seeds, number_in_range
from studies.core.errors import StudyError

SEED_LIMIT = 2**31
"""Seeds of tests and trainings are below; the noise of the trainings has the seeds above."""


def _expanded_strengths(strengths: object) -> object:
    if isinstance(strengths, bool) or not isinstance(strengths, int | float):
        return strengths
    if isinstance(strengths, float):
        return (strengths,)
    number = number_in_range("strengths", strengths, 1, 1000)
    return tuple(step / number for step in range(1, number + 1))


def _increasing_above_zero(strengths: tuple[float, ...]) -> tuple[float, ...]:
    between = all(0 < t <= 1 for t in strengths)
    if not strengths or not between or list(strengths) != sorted(set(strengths)):
        raise ValueError(
            "strengths must increase, be above 0 (clean images are a separate test) and at most 1, "
            f"got {list(strengths)}"
        )
    return strengths


def _below_the_limit(seeds: tuple[int, ...]) -> tuple[int, ...]:
    if max(seeds) >= SEED_LIMIT:
        raise ValueError(
            f"seeds must lie below {SEED_LIMIT}, so that no test image gets the noise of a "
            f"training image, got {max(seeds)}"
        )
    return seeds


def _spec(text: str) -> str:
    import noiselib

    transform = noiselib.parse(text)
    if transform.is_identity:
        raise ValueError(f"{text!r} changes nothing, and clean images are trained on anyway")
    return str(transform)


TestStrengths = Annotated[
    tuple[float, ...], BeforeValidator(_expanded_strengths), AfterValidator(_increasing_above_zero)
]

SmallSeeds = Annotated[Seeds, AfterValidator(_below_the_limit)]

Mixtures = dict[
    Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _+-]*$", max_length=40)],
    Annotated[str, AfterValidator(_spec)],
]


class MatrixStudy(BaseStudy):
    """One architecture, trained on each of some corruptions and tested on all of them.

    Attributes
    ----------
    training : TrainConfig
        How every network is trained: the architecture, and other fields of
        `models.training.TrainConfig` except the seed.
    corruptions : tuple of str
        Specs in the text form of noiselib, each at maximum severity, in canonical form. A network
        is trained on all strengths of one, ``vary(SPEC)``, with new noise for each image and
        epoch.
    mixtures : dict of str to str
        Name -> spec of further trainings, used as they are written, beside those that every matrix
        has (``all`` and ``clean and all``).
    strengths : tuple of float
        Fractions of the severity range, in (0, 1], at which the networks are tested; the accuracy
        under a corruption is the mean over them. A whole number n stands for n evenly spaced
        fractions up to 1, a fraction for itself.
    seeds : tuple of int
        Noise seeds of the tests. A number n stands for the seeds 0 to n - 1.
    training_seeds : tuple of int
        Seeds of the trainings, as `seeds`: each training is done with each of them.
    images : int, optional
        Number of test images to use, from the first; by default all.
    threads : int, optional
        Threads to train and predict with; by default one for each processor.
    """

    training: TrainConfig
    corruptions: Corruptions
    mixtures: Mixtures = Field(default_factory=dict)
    strengths: TestStrengths = (0.25, 0.5, 0.75, 1.0)
    seeds: SmallSeeds = (0, 1, 2)
    training_seeds: SmallSeeds = (0,)
    images: Annotated[Count, Field(ge=2)] | None = None
    threads: Count | None = None

    @field_validator("training", mode="after")
    @classmethod
    def _without_a_seed(cls, training: TrainConfig) -> TrainConfig:
        if training.seed != TrainConfig.model_fields["seed"].default:
            raise ValueError("seed: write the seeds of the trainings into training_seeds")
        return training

    @field_validator("mixtures", mode="after")
    @classmethod
    def _names_are_unused(cls, mixtures: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        taken = {*RESERVED, *labels_of(info.data.get("corruptions", ())).values()}
        for name in mixtures:
            if name in taken:
                raise ValueError(f"{name!r} is the name of another training; choose another")
        return mixtures


class _File(BaseModel):
    """A study file with its single table, so that errors name the paths of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    matrix: MatrixStudy


def load_matrix(source: str | Path, overrides: Mapping[str, object] | None = None) -> MatrixStudy:
    """Return a valid matrix from a TOML file or a preset, with some settings replaced.

    Parameters
    ----------
    source : str or Path
        Path of a TOML file, or the name of a preset. Paths inside a file are relative to its
        folder.
    overrides : mapping, optional
        Settings that replace those of the file; ``architecture`` and other fields of the table
        ``training`` under their own names.

    Raises
    ------
    StudyError
        When the file is missing, no TOML or another kind of study; or with all errors in it at
        once, each with its path.
    """
    settings = read_settings(source, "matrix")
    settings["matrix"] = _replaced(settings["matrix"], overrides or {})
    try:
        return _File.model_validate(settings).matrix
    except ValidationError as error:
        raise StudyError(validation_message(f"study {source}", error, _paths())) from None


def _replaced(table: Mapping[str, Any], overrides: Mapping[str, object]) -> dict[str, Any]:
    inner = {name: value for name, value in overrides.items() if name in TrainConfig.model_fields}
    outer = {name: value for name, value in overrides.items() if name not in inner}
    training = table.get("training", {})
    whole = {**training, **inner} if isinstance(training, dict) else training
    return {**table, **outer, "training": whole}


def _paths() -> list[str]:
    return [
        *(f"matrix.{name}" for name in MatrixStudy.model_fields),
        *(f"matrix.training.{name}" for name in TrainConfig.model_fields),
    ]


ALL = "all"
CLEAN_AND_ALL = "clean and all"
RESERVED = (CLEAN, ALL, CLEAN_AND_ALL, "mean", "worst")


def labels_of(corruptions: Sequence[str]) -> dict[str, str]:
    """Return spec -> short name, such as ``gaussian noise``; the spec where two names agree."""
    short = {spec: _short(spec) for spec in corruptions}
    often = Counter(short.values())
    return {
        spec: name if often[name] == 1 and name not in RESERVED else spec
        for spec, name in short.items()
    }


def _short(spec: str) -> str:
    import noiselib
    from noiselib import Corruption, Pipeline

    transform = noiselib.parse(spec)
    stages = transform.stages if isinstance(transform, Pipeline) else (transform,)
    names = [stage.name if isinstance(stage, Corruption) else str(stage) for stage in stages]
    return " | ".join(name.replace("_", " ") for name in names)
