"""The command ``python -m studies init``: a study file to begin with."""

from pathlib import Path
from typing import Annotated, get_args

import typer

from studies.cli.runner import run_command

DEFAULT = "quickstart"


def init(
    path: Annotated[
        Path, typer.Argument(metavar="STUDY.toml", help="The file to write; it must not exist yet.")
    ] = Path("study.toml"),
    preset: Annotated[
        str,
        typer.Option(
            help="The preset to copy: quickstart (curves), protocol (a published benchmark), gate "
            "(is the new version worse?) or matrix (train by test)."
        ),
    ] = DEFAULT,
) -> None:
    """Write a study file with comments, which runs unchanged.

    The comments explain every setting and its default.

    [bold]python -m studies init mine.toml --preset gate[/bold]
    """
    from studies.core.terminal import print_line

    with run_command() as run:
        command = write_study_file(path, preset)
        print_line(run.console, f"Written: {path}, a copy of the preset {preset}.")
        print_line(run.console, f"Next: change the settings in it, and type\n  {command}")


def write_study_file(path: Path, preset: str) -> str:
    """Write a copy of a preset.

    Parameters
    ----------
    path : Path
        The new file, in a folder that is created if it is missing.
    preset : str
        Name of a preset of any kind of study.

    Returns
    -------
    str
        The command that runs it.

    Raises
    ------
    StudyError
        When there is no such preset, when the file exists already, or when its name does not end
        in ``.toml``, because it could be taken for the name of a preset.
    OSError
        When it cannot be written.
    """
    from studies.config.files import PRESETS
    from studies.core.errors import StudyError
    from studies.core.provenance import command_line

    kind = _kind_of(preset)
    if path.suffix != ".toml":
        raise StudyError(f"a study file is called NAME.toml, got {path}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write((PRESETS / f"{preset}.toml").read_bytes())
    except FileExistsError:
        raise StudyError(f"{path} exists already, and is left unchanged; name another") from None
    return command_line([kind, str(path)])


def _kind_of(preset: str) -> str:
    """Return which kind of study a preset is, which is also the command that runs it."""
    from studies.config.files import Kind, preset_names
    from studies.core.errors import StudyError, suggestion

    kinds: dict[str, str] = {name: kind for kind in get_args(Kind) for name in preset_names(kind)}
    if preset not in kinds:
        raise StudyError(f"no preset is called {preset!r}; {suggestion(preset, sorted(kinds))}")
    return kinds[preset]
