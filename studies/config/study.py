"""The settings of a study: models, corruptions, strengths and seeds on one data set."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from studies.config.validators import (
    AUTO,
    Corruptions,
    Count,
    Models,
    ProtocolName,
    Seeds,
    Strengths,
    StudyName,
    Threshold,
    Tolerance,
    evenly_spaced,
    expand_auto,
    model_name,
)

CLEAN = "clean"
"""Label of the clean images, where others have the name of a corruption."""


class BaseStudy(BaseModel):
    """The settings of every kind of study.

    Attributes
    ----------
    name : str
        Short name of the study, and of its results folder.
    data : str
        Name of a data set, or the path of a data file or of a folder of class folders.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: StudyName
    data: Annotated[str, Field(min_length=1)]


class Study(BaseStudy):
    """The settings of a study: models x corruptions x strengths x noise seeds on one data set.

    Either the corruptions are given, and swept from clean images to maximum severity, or a
    published protocol determines corruptions and levels.

    Attributes
    ----------
    models : tuple of str
        Architectures, trained on the data with ``training_seed``, or external models: paths of
        model files, or functions as ``package.module:function``.
    protocol : str, optional
        Name of a published protocol.
    reference : str, optional
        With a protocol, the name of the model against which corruption errors are measured; by
        default the first model.
    corruptions : tuple of str
        Specs in the text form of noiselib, each at maximum severity, in canonical form; none with
        a protocol.
    strengths : tuple of float
        Fractions of the severity range, increasing from the clean images (0) to at most the spec
        itself (1). A number n stands for n evenly spaced fractions; 11 by default; none with a
        protocol. ``"auto"`` stands for 5 fractions and a tolerance of 0.01.
    tolerance : float, optional
        How precisely critical strengths are determined, as a fraction of the severity range in
        [0.001, 0.25]: the sweep begins with `strengths` and adds more where curves bend. By
        default no strengths are added.
    seeds : tuple of int
        Noise seeds. A number n stands for the seeds 0 to n - 1.
    threshold : float, optional
        Accuracy in (0, 1) that defines the critical strength of a curve: where it first falls to
        the threshold. By default half-way from the clean accuracy to chance level; none with a
        protocol.
    images : int, optional
        Number of test images to use, from the first; by default all.
    training_seed : int
        Seed of the training of the architectures.
    threads : int, optional
        Threads that a prediction may use; by default one for each processor.
    """

    models: Models
    protocol: ProtocolName | None = None
    # The validation of these reads the protocol, so they come after it; the two last are validated
    # even where they are left out, so that all errors are found together.
    reference: str | None = None
    corruptions: Annotated[Corruptions, Field(validate_default=True)] = ()
    strengths: Annotated[Strengths, Field(validate_default=True)] = ()
    tolerance: Tolerance | None = None
    seeds: Seeds = (0, 1, 2)
    threshold: Threshold | None = None
    images: Count | None = None
    training_seed: Annotated[int, Field(ge=0, lt=2**32, strict=True)] = 0
    threads: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _expand_auto(cls, settings: Any) -> Any:
        automatic = isinstance(settings, Mapping) and settings.get("strengths") == AUTO
        if automatic and settings.get("protocol") is None:
            return expand_auto(settings)
        return settings

    @field_validator("reference", mode="after")
    @classmethod
    def _one_of_the_models(cls, reference: str | None, info: ValidationInfo) -> str | None:
        if reference is None:
            return None
        if info.data.get("protocol", "") is None:  # it is absent where it is invalid
            raise ValueError("only a protocol has a reference model; name a protocol too")
        names = [model_name(model) for model in info.data.get("models", ())]
        if names and model_name(reference) not in names:
            raise ValueError(
                f"{reference!r} is not among the models of the study, which are {', '.join(names)}"
            )
        return model_name(reference)

    @field_validator("threshold", mode="after")
    @classmethod
    def _of_a_curve(cls, threshold: float | None, info: ValidationInfo) -> float | None:
        if threshold is not None and info.data.get("protocol") is not None:
            raise ValueError("a protocol has levels and no curve that could fall to a threshold")
        return threshold

    @field_validator("tolerance", mode="after")
    @classmethod
    def _between_strengths(cls, tolerance: float | None, info: ValidationInfo) -> float | None:
        if tolerance is not None and info.data.get("protocol") is not None:
            raise ValueError("a protocol has levels, and no strengths between them")
        return tolerance

    @field_validator("corruptions", mode="wrap")
    @classmethod
    def _corruptions_or_a_protocol(
        cls, value: Any, validated: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        if info.data.get("protocol") is not None and value:
            raise ValueError(f"protocol {info.data['protocol']!r} has corruptions of its own")
        if value not in ((), []):
            return validated(value)
        if info.data.get("protocol", "") is None:
            raise ValueError("at least one is needed, or a protocol; got none")
        return ()

    @field_validator("strengths", mode="wrap")
    @classmethod
    def _strengths_or_a_protocol(
        cls, value: Any, validated: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        if info.data.get("protocol") is None:
            return validated(evenly_spaced(11) if value == () else value)
        if value not in ((), []):
            raise ValueError(f"protocol {info.data['protocol']!r} has levels of its own")
        return ()
