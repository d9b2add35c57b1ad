"""``python -m noiselib``: list, show, apply and picture the corruptions."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from noiselib.catalogue import registry
from noiselib.corruption import Corruption
from noiselib.spec import parse
from noiselib.traits import Trait

if TYPE_CHECKING:
    from noiselib.fields import FieldInfo

EXAMPLES = """\
examples:
  python -m noiselib list
  python -m noiselib show gaussian_noise
  python -m noiselib apply "rotation(degrees=20) | gaussian_noise(sigma=0.1)" cat.png spoilt.png
  python -m noiselib apply "vary(fog)" mnist.npz foggy.npz --key x_test --seed 1
  python -m noiselib gallery --out gallery.png
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 0 for success, 1 for a mistake, said in one sentence."""
    options = parser().parse_args(arguments)
    try:
        print(options.run(options), flush=True)  # noqa: T201 - the answer of a command
    except BrokenPipeError:  # whoever reads has seen enough, and Python shall not write at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, TypeError, OSError) as error:
        print(f"noiselib: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(
        prog="python -m noiselib",
        description="Seeded corruptions of images. A spec is a corruption with its parameters, "
        "or several joined by |; what is left out is at its default.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser("list", help="every corruption, its strength and what it does")
    add.set_defaults(run=run_list)
    add = commands.add_parser("show", help="one corruption: formula, parameters, source")
    add.add_argument("name")
    add.set_defaults(run=run_show)
    add = commands.add_parser("apply", help="corrupt an .npz, .npy or picture, or a folder of them")
    add.add_argument("spec", help="what to do, such as 'gaussian_noise(sigma=0.2)'")
    add.add_argument("source", type=Path, help="what to read: .npz, .npy, a picture or a folder")
    add.add_argument("target", type=Path, help="what to write: the same kind as SOURCE")
    add.add_argument("--strength", type=float, default=1, help="part of the strength, 0 to 1 [1]")
    add.add_argument(
        "--key", action="append", default=[], help="image array in an .npz [x..., images]"
    )
    add.add_argument("--workers", type=int, default=1, help="threads; the bytes stay the same [1]")
    add.set_defaults(run=run_apply)
    seeded(add)
    add = commands.add_parser("gallery", help="corruptions by strength, as one picture")
    add.add_argument("spec", nargs="*", help="what to show [every corruption]")
    add.add_argument("--images", type=Path, help="an .npz, .npy or picture [a drawn scene]")
    add.add_argument("--strengths", type=int, default=5, help="how many, from none to all [5]")
    add.add_argument("--out", type=Path, default=Path("gallery.png"), help="[gallery.png]")
    add.set_defaults(run=run_gallery)
    seeded(add)
    return top


def seeded(command: argparse.ArgumentParser) -> None:
    """Give a command its seed."""
    command.add_argument("--seed", type=int, default=0, help="0 to 2**64 - 1 [0]")


def run_list(options: argparse.Namespace) -> str:
    """List the corruptions."""
    del options
    rows = []
    for name, cls in registry().items():
        info = cls.infos[cls.strength_name]
        path = f"{cls.strength_name} {info.identity:g} -> {info.worst:g} {info.unit}".strip()
        rows.append((name, path, summary(cls)))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{name:{widths[0]}}  {path:{widths[1]}}  {text}" for name, path, text in rows]
    return "\n".join([*lines, "", "More of one: python -m noiselib show NAME"])


def run_show(options: argparse.Namespace) -> str:
    """Show one corruption."""
    cls = type(parse(options.name))  # parse says what is nearest where there is none
    if not issubclass(cls, Corruption):
        raise TypeError(f"show takes the name of one corruption, got {options.name!r}")
    traits = ", ".join(trait.name.lower() for trait in Trait if trait in cls.traits and trait.name)
    fields = [described(cls, name, info) for name, info in cls.infos.items()]
    return "\n".join(
        [
            f"{cls()}    (noiselib.{cls.__name__}, revision {cls.revision})",
            "",
            inspect.cleandoc(cls.__doc__ or ""),
            "",
            "Parameters",
            *fields,
            "",
            f"Promises: {traits or 'none beyond the universal laws'}",
        ]
    )


def described(cls: type[Corruption], name: str, info: FieldInfo) -> str:
    """Describe a field in one line."""
    kind = cls.kinds[name]
    limits = (
        "one of " + ", ".join(info.choices) if info.choices else f"{info.low:g} to {info.high:g}"
    )
    limits = "True or False" if kind == "bool" else limits
    role = "the strength; " if info.is_strength else ""
    moves = "" if info.identity is None else f"; nothing at {info.identity:g}"
    unit = f" [{info.unit}]" if info.unit else ""
    return (
        f"  {name}{unit}: {info.description} ({role}{limits}; default {getattr(cls, name)}{moves})"
    )


def run_apply(options: argparse.Namespace) -> str:
    """Corrupt a file or a folder."""
    from noiselib.files import corrupt_file

    transform = parse(options.spec).at(options.strength)
    done = corrupt_file(
        transform,
        options.source,
        options.target,
        seed=options.seed,
        keys=options.key,
        workers=options.workers,
    )
    return f"{transform}, seed {options.seed}: wrote {done} to {options.target}"


def run_gallery(options: argparse.Namespace) -> str:
    """Draw a gallery."""
    from noiselib.files import PICTURES, read_images, writing
    from noiselib.gallery import gallery, sample

    transforms = [parse(spec) for spec in options.spec or registry()]
    images = sample() if options.images is None else read_images(options.images, len(transforms))
    sheet = gallery(transforms, images, strengths=options.strengths, seed=options.seed)
    sheet.save(writing(options.out, PICTURES))
    return f"wrote {len(transforms)} corruptions by {options.strengths} strengths to {options.out}"


def summary(cls: type[Corruption]) -> str:
    """Give the first line of a corruption's docstring."""
    return inspect.cleandoc(cls.__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
