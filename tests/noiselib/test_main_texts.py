"""The texts and options of the command line."""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import noiselib
from noiselib import __main__ as command
from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.traits import Trait


class Fading(Corruption, register=False):
    """Fade to black: ``y = (1 - loss) x``.

    Deterministic.
    """

    loss: float = strength("light lost", identity=0, worst=0.875, high=1)


class Patch(Corruption, register=False):
    """Cover a patch."""

    traits = Trait.EXACT | Trait.STEPPED
    side: int = strength("side of the patch", identity=0, worst=8, high=64, unit="pixels")
    level: float = parameter("what covers it", default=0.5, low=0, high=1, identity=1, unit="x")
    shape: str = parameter("its shape", default="disk", choices=("disk", "square"))
    soft: bool = parameter("whether its edge is soft", default=True)


@pytest.fixture
def run(capsys, monkeypatch):
    """A function that runs the command line with two test corruptions: status, output, errors."""
    classes = {"fading": Fading, "patch": Patch}
    for module in (command, noiselib.spec):
        monkeypatch.setattr(module, "registry", lambda: classes)

    def call(*arguments):
        status = command.main(list(arguments))
        return status, *capsys.readouterr()

    return call


def test_the_list(run):
    text = (
        "fading  loss 0 -> 0.875     Fade to black: ``y = (1 - loss) x``.\n"
        "patch   side 0 -> 8 pixels  Cover a patch.\n"
        "\n"
        "For details: python -m noiselib show NAME\n"
    )
    assert run("list") == (0, text, "")


def test_one_corruption(run):
    text = (
        "patch(side=8)    (noiselib.Patch, revision 1)\n"
        "\n"
        "Cover a patch.\n"
        "\n"
        "Parameters\n"
        "----------\n"
        "side : int, default 8\n"
        "    Side of the patch [pixels] (the strength; 0 to 64; identity at 0).\n"
        "level : float, default 0.5\n"
        "    What covers it [x] (0 to 1; identity at 1).\n"
        "shape : str, default disk\n"
        "    Its shape (disk, square).\n"
        "soft : bool, default True\n"
        "    Whether its edge is soft (True or False).\n"
        "\n"
        "Tested traits: exact, stepped\n"
    )
    assert run("show", "patch") == (0, text, "")


def test_a_docstring_of_several_paragraphs_and_no_traits(run):
    _, out, _ = run("show", "fading")
    text = "Fade to black: ``y = (1 - loss) x``.\n\nDeterministic.\n\nParameters\n"
    assert text in out
    assert out.endswith("Tested traits: none\n")


def test_a_corruption_without_a_docstring(monkeypatch, run):
    monkeypatch.setattr(Fading, "__doc__", None)
    assert run("list")[1].splitlines()[0] == "fading  loss 0 -> 0.875     "
    assert "revision 1)\n\n\n\nParameters\n" in run("show", "fading")[1]


def test_errors_go_to_the_error_stream(run):
    message = "show takes the name of one corruption, got 'fading | patch'"
    assert run("show", "fading | patch") == (1, "", f"noiselib: {message}\n")
    assert run("show", "fadin")[0::2] == (
        1,
        "noiselib: no corruption is called 'fadin'; did you mean 'fading'?\n",
    )


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ("list", {"run": command.run_list}),
        ("show zoom", {"run": command.run_show, "name": "zoom"}),
        ("new zoom", {"run": command.run_new, "name": "zoom"}),
        (
            "apply zoom a.png b.png",
            {"run": command.run_apply, "spec": "zoom", "source": Path("a.png"),
             "target": Path("b.png"), "strength": 1, "key": [], "workers": 1, "seed": 0},
        ),
        (
            "apply zoom a b --strength .5 --key x --key y --workers 2 --seed 3",
            {"run": command.run_apply, "spec": "zoom", "source": Path("a"), "target": Path("b"),
             "strength": 0.5, "key": ["x", "y"], "workers": 2, "seed": 3},
        ),
        (
            "gallery",
            {"run": command.run_gallery, "spec": [], "images": None, "strengths": 5,
             "out": Path("gallery.png"), "seed": 0},
        ),
        (
            "gallery zoom fog --images a.npz --strengths 3 --out b.png --seed 4",
            {"run": command.run_gallery, "spec": ["zoom", "fog"], "images": Path("a.npz"),
             "strengths": 3, "out": Path("b.png"), "seed": 4},
        ),
    ],
)  # fmt: skip
def test_options(arguments, options):
    assert vars(command.parser().parse_args(arguments.split())) == options


def test_a_command_is_required(capsys):
    with pytest.raises(SystemExit) as caught:
        command.main([])
    assert caught.value.code == 2
    assert "are required: COMMAND" in capsys.readouterr().err


def test_help_shows_the_examples_and_they_work():
    shown = command.parser().format_help()
    assert shown.startswith("usage: python -m noiselib [-h] COMMAND ...")
    assert shown.endswith(command.EXAMPLES)
    assert " ".join(shown.split()).count("omitted parameters have their defaults.") == 1
    for line in command.EXAMPLES.splitlines()[1:]:
        options = command.parser().parse_args(shlex.split(line)[3:])
        for spec in [getattr(options, "spec", None) or getattr(options, "name", None) or "zoom"]:
            assert noiselib.parse(spec)


def test_every_command_and_option_has_its_help_with_its_default():
    top = command.parser()
    (commands,) = [one for one in top._actions if isinstance(one, argparse._SubParsersAction)]
    assert list(commands.choices) == ["list", "show", "apply", "gallery", "new"]
    assert all(one.help for one in commands._choices_actions)
    for name in ("apply", "gallery"):
        for action in commands.choices[name]._actions:
            assert action.help, f"{name} {action.dest}"
            if isinstance(action.default, int | Path):
                assert action.help.endswith(f"[{action.default}]")


def test_a_closed_pipe_is_not_an_error():
    """As with `head`: no message, and none at the exit of Python."""
    command_line = [sys.executable, "-m", "noiselib", "list"]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
