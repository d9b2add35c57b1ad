"""The command line ``python -m noiselib``: list, show, apply, draw and add corruptions."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from pathlib import Path

from noiselib.catalogue import registry
from noiselib.corruption import Corruption
from noiselib.spec import parse
from noiselib.traits import Trait

EXAMPLES = """\
examples:
  python -m noiselib list
  python -m noiselib show gaussian_noise
  python -m noiselib apply "rotation(degrees=20) | gaussian_noise(sigma=0.1)" cat.png noisy.png
  python -m noiselib apply "vary(fog)" mnist.npz foggy.npz --key x_test --seed 1
  python -m noiselib gallery --out gallery.png
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        The exit status: 0, or 1 after an error, which is reported in one sentence.
    """
    options = parser().parse_args(arguments)
    try:
        print(options.run(options), flush=True)  # noqa: T201 - the output of a command
    except BrokenPipeError:  # `list | head`: Python must not flush the closed pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, TypeError, OSError) as error:
        print(f"noiselib: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m noiselib",
        description="Seeded corruptions of images. A spec is a corruption with its parameters, "
        "or several joined by |; omitted parameters have their defaults.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser("list", help="list every corruption, its strength and its summary")
    add.set_defaults(run=run_list)
    add = commands.add_parser("show", help="show the formula, parameters and source of one")
    add.add_argument("name", help="name of the corruption")
    add.set_defaults(run=run_show)
    add = commands.add_parser(
        "apply", help="corrupt an .npz, an .npy, a picture or a folder of them"
    )
    add.add_argument("spec", help="the corruption, such as 'gaussian_noise(sigma=0.2)'")
    add.add_argument("source", type=Path, help="input: .npz, .npy, a picture or a folder")
    add.add_argument("target", type=Path, help="output: the same kind as SOURCE")
    add.add_argument(
        "--strength", type=float, default=1, help="fraction of the severity range, 0 to 1 [1]"
    )
    add.add_argument(
        "--key",
        action="append",
        default=[],
        help="an image array of an .npz [x..., images]",
    )
    add.add_argument(
        "--workers", type=int, default=1, help="number of threads; the result is the same [1]"
    )
    add.set_defaults(run=run_apply)
    add_seed_option(add)
    add = commands.add_parser("gallery", help="draw corruptions at several strengths as a picture")
    add.add_argument("spec", nargs="*", help="the corruptions [all]")
    add.add_argument("--images", type=Path, help="an .npz, .npy or picture [a drawn scene]")
    add.add_argument("--strengths", type=int, default=5, help="number of strengths, from t = 0 [5]")
    add.add_argument("--out", type=Path, default=Path("gallery.png"), help="[gallery.png]")
    add.set_defaults(run=run_gallery)
    add_seed_option(add)
    add = commands.add_parser("new", help="list what a new corruption needs, and what is missing")
    add.add_argument("name", help="its name, such as film_grain")
    add.set_defaults(run=run_new)
    return top


def add_seed_option(command: argparse.ArgumentParser) -> None:
    """Add the option --seed to a command."""
    command.add_argument("--seed", type=int, default=0, help="0 to 2**64 - 1 [0]")


def run_list(options: argparse.Namespace) -> str:
    """List the corruptions."""
    del options
    rows = []
    for name, cls in registry().items():
        info = cls.field_info[cls.strength_name]
        severity = f"{cls.strength_name} {info.identity:g} -> {info.worst:g} {info.unit}".strip()
        rows.append((name, severity, summarize(cls)))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{name:{widths[0]}}  {severity:{widths[1]}}  {text}" for name, severity, text in rows]
    return "\n".join([*lines, "", "For details: python -m noiselib show NAME"])


def run_show(options: argparse.Namespace) -> str:
    """Show one corruption."""
    cls = type(parse(options.name))  # parse suggests the nearest name for an unknown one
    if not issubclass(cls, Corruption):
        raise TypeError(f"show takes the name of one corruption, got {options.name!r}")
    traits = ", ".join(trait.name.lower() for trait in Trait if trait in cls.traits and trait.name)

    return "\n".join(
        [
            f"{cls()}    (noiselib.{cls.__name__}, revision {cls.revision})",
            "",
            inspect.cleandoc(cls.__doc__ or ""),
            "",
            vars(cls)["__init__"].__doc__,
            "",
            f"Tested traits: {traits or 'none'}",
        ]
    )


def run_apply(options: argparse.Namespace) -> str:
    """Corrupt a file or a folder."""
    from noiselib.files import corrupt_file

    transform = parse(options.spec).at(options.strength)
    summary = corrupt_file(
        transform,
        options.source,
        options.target,
        seed=options.seed,
        keys=options.key,
        workers=options.workers,
    )
    return f"{transform}, seed {options.seed}: wrote {summary} to {options.target}"


def run_gallery(options: argparse.Namespace) -> str:
    """Draw a gallery."""
    from noiselib.files import PICTURES, check_output, read_images
    from noiselib.gallery import gallery, sample

    transforms = [parse(spec) for spec in options.spec or registry()]
    images = sample() if options.images is None else read_images(options.images, len(transforms))
    sheet = gallery(transforms, images, strengths=options.strengths, seed=options.seed)
    sheet.save(check_output(options.out, PICTURES))
    return f"wrote {len(transforms)} corruptions at {options.strengths} strengths to {options.out}"


def run_new(options: argparse.Namespace) -> str:
    """List what a new corruption needs."""
    from noiselib.checklist import checklist, report

    return report(options.name, checklist(options.name, Path(__file__).parents[1]))


def summarize(cls: type[Corruption]) -> str:
    """Return the first line of the docstring of a corruption."""
    return inspect.cleandoc(cls.__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
