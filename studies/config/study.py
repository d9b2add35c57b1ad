"""What a study asks: models, corruptions, strengths and seeds, read from TOML."""

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
    begin_adaptively,
    evenly_spaced,
    model_name,
)

CLEAN = "clean"
"""Label of the clean images, where others have the name of a corruption."""


class Study(BaseModel):
    """A question about classifiers: models x corruptions x strengths x seeds on one data set.

    Either the corruptions are named, and swept from clean to worst, or a published protocol
    brings corruptions and levels of its own.

    Attributes
    ----------
    name
        Short name of the study; the results folder is named after it.
    data
        Name of a data set, or the path of an ``.npz`` file or of a folder of ``.npy`` files or of
        class folders.
    models
        Architectures, trained on the data with ``training_seed``, or guests: paths of ``.keras``,
        ``.onnx`` or ``.skops`` files, or functions as ``package.module:function``.
    protocol
        Name of a published protocol, or None.
    reference
        With a protocol, the model against which corruption errors are measured, by its name;
        the first one when left out.
    corruptions
        Specs in the text form of noiselib, each at its worst strength, kept in canonical form;
        none with a protocol.
    strengths
        Points t on the way from the clean image (0) to the spec itself (1), rising from 0. A
        number n stands for n evenly spaced points; 11 when left out; none with a protocol.
        ``"auto"`` stands for 5 points and a tolerance of 0.01.
    tolerance
        How exactly critical strengths are to be known, in t, in [0.001, 0.25]: the strengths are
        then where to begin, and more are added where curves bend. None for these alone.
    seeds
        Corruption seeds. A number n stands for the seeds 0 to n - 1.
    threshold
        Accuracy in (0, 1) at which a curve counts as lost: its critical strength is where it first
        falls to it. Half-way from the clean accuracy to chance when left out; none with a protocol.
    images
        How many test images to use, counted from the first; all when left out.
    training_seed
        Seed of the training of the architectures.
    threads
        Threads that a prediction may use; one a processor when left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: StudyName
    data: Annotated[str, Field(min_length=1)]
    models: Models
    protocol: ProtocolName | None = None
    # These look at the protocol, which must stand above them, and the two last are looked at even
    # where they are left out, so that all mistakes are found together.
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
    def _strengths_spelled_out(cls, settings: Any) -> Any:
        automatic = isinstance(settings, Mapping) and settings.get("strengths") == AUTO
        if automatic and settings.get("protocol") is None:
            return begin_adaptively(settings)
        return settings

    @field_validator("reference", mode="after")
    @classmethod
    def _one_of_the_models(cls, reference: str | None, info: ValidationInfo) -> str | None:
        if reference is None:
            return None
        if info.data.get("protocol", "") is None:  # it is not there at all where it is a mistake
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
