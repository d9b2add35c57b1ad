"""What a study asks: models, corruptions, strengths and seeds, read from TOML."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from models.mistakes import describe_mistakes
from studies.errors import StudyError
from studies.settings import (
    Corruptions,
    Count,
    Models,
    ProtocolName,
    Seeds,
    Strengths,
    StudyName,
    Threshold,
    evenly_spaced,
    is_path,
    model_name,
)

PRESETS = Path(__file__).parent / "presets"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class Study(BaseModel):
    """A question about classifiers: models x corruptions x strengths x seeds on one data set.

    Either the corruptions are named, and swept from clean to worst, or a published protocol
    brings corruptions and levels of its own.

    Attributes
    ----------
    name
        Short name of the study; the results folder is named after it.
    data
        Name of a data set, or the path of an ``.npz`` file or of a folder of class folders.
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
    seeds: Seeds = (0, 1, 2)
    threshold: Threshold | None = None
    images: Count | None = None
    training_seed: Annotated[int, Field(ge=0, lt=2**32, strict=True)] = 0
    threads: Count | None = None

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

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        counts = Counter(model_name(model) for model in self.models)
        for name, count in counts.items():
            if count > 1:
                raise ValueError(f"models: {count} models are called {name!r}; rename one")
        return self

    @property
    def data_name(self) -> str:
        """Short name of the data set, fit for a folder: ``mnist`` for ``../data/mnist.npz``."""
        return _NOT_IN_A_NAME.sub("-", Path(self.data).stem).strip("-.") or "data"


def preset_names() -> list[str]:
    """Return the names of the studies that ship with the package, sorted."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def load_study(source: str | Path, overrides: Mapping[str, object] | None = None) -> Study:
    """Read a study from a TOML file or a preset, with some settings replaced.

    Parameters
    ----------
    source
        Path of a TOML file, or the name of a preset. Paths inside a file are taken from the
        file's own folder.
    overrides
        Settings that replace those of the file; paths in them are taken from the working folder.
        A protocol replaces corruptions and strengths, and corruptions replace a protocol.

    Returns
    -------
    Study
        The study, complete and valid.

    Raises
    ------
    StudyError
        When the file is missing or no TOML, or with every mistake in it at once, each with its
        path.
    """
    path = _file_of(source)
    settings = _replaced(_anchored(_read_toml(path), path.parent), overrides or {})
    try:
        return Study.model_validate(settings)
    except ValidationError as error:
        raise StudyError(
            describe_mistakes(f"study {source}", error, list(Study.model_fields))
        ) from None


def default_folder(source: str | Path, study: Study) -> Path:
    """Return where the results of a study go when nobody says: ``results/NAME``.

    Data other than the study file's own has a folder of its own, ``results/NAME-DATA``, because
    one folder holds results on one data set.
    """
    own = _read_toml(_file_of(source)).get("data")
    same = isinstance(own, str) and Path(own).stem == Path(study.data).stem
    return Path("results") / (study.name if same else f"{study.name}-{study.data_name}")


def _file_of(source: str | Path) -> Path:
    return PRESETS / f"{source}.toml" if str(source) in preset_names() else Path(source)


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"there is no study file {path}, and the presets are {', '.join(preset_names())}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"the study file {path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"the study file {path} is not valid TOML: {error}") from None


def _replaced(settings: dict[str, object], overrides: Mapping[str, object]) -> dict[str, object]:
    """Replace settings, and those that the new ones exclude; never two overrides one another."""
    excluded: set[str] = set()
    if "protocol" in overrides:
        excluded |= {"corruptions", "strengths"}
    if "corruptions" in overrides:
        excluded |= {"protocol", "reference"}
    kept = {name: value for name, value in settings.items() if name not in excluded}
    return kept | dict(overrides)


def _anchored(settings: dict[str, object], folder: Path) -> dict[str, object]:
    """Take the relative paths in a study file from the file's own folder."""
    if isinstance(data := settings.get("data"), str) and (data.endswith(".npz") or "/" in data):
        settings["data"] = str(folder / data)
    if isinstance(models := settings.get("models"), list):
        settings["models"] = [
            str(folder / model) if isinstance(model, str) and is_path(model) else model
            for model in models
        ]
    return settings
