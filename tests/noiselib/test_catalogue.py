"""What every registered corruption needs besides the laws: an oracle and documentation."""

import ast
import inspect
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import noiselib
from noiselib.corruption import Corruption
from noiselib.traits import Trait

HERE = Path(__file__).parent
CORRUPTIONS = [pytest.param(cls, id=name) for name, cls in noiselib.registry().items()]


def test_every_corruption_has_an_oracle():
    texts = [path.read_text() for path in HERE.glob("test_*.py")]
    oracles = {name for text in texts for name in re.findall(r'mark\.oracle\("(\w+)"\)', text)}
    assert oracles == set(noiselib.registry())


@pytest.mark.parametrize("cls", CORRUPTIONS)
def test_the_docstring_has_formula_draws_and_source(cls):
    text = inspect.cleandoc(cls.__doc__)
    assert "``" in text.partition("Source:")[0], "no formula"
    assert bool(re.search(r"Random\s+draws:", text)) == cls().is_random
    assert ("Deterministic" in text) == (not cls().is_random)
    assert "Source: " in text, "no source"
    assert text.partition("\n")[0].endswith("."), "the first line is a sentence"


@pytest.mark.parametrize("cls", CORRUPTIONS)
def test_every_field_is_described_and_bounded(cls):
    for name, info in cls.field_info.items():
        assert info.description, f"{name} is not described"
        assert info.description[0].islower(), f"{name}: begin in lower case"
        if cls.field_types[name] in ("int", "float"):
            assert math.isfinite(info.low), f"{name} has no least value"
            assert math.isfinite(info.high) or info.identity == math.inf, f"{name} has no greatest"
        if cls.field_types[name] == "str":
            assert info.choices, f"{name} has no choices"


@pytest.mark.parametrize("cls", CORRUPTIONS)
def test_names_and_signatures_follow_the_conventions(cls):
    assert getattr(noiselib, cls.__name__) is cls
    assert cls.__name__ in dir(noiselib)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", cls.name)
    for method in (cls.draw, cls.apply):
        parameters = inspect.signature(method).parameters.values()
        assert all(one.default is inspect.Parameter.empty for one in parameters)
    assert isinstance(cls.traits, Trait)
    assert cls.revision >= 1


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("Fogg", "; did you mean 'Fog'?"), ("GausianNoise", "; did you mean 'GaussianNoise'?"),
     ("parze", "; did you mean 'parse'?"), ("_Fog", ""), ("zzzzzz", "")],
)  # fmt: skip
def test_unknown_names_are_not_attributes(name, suggestion):
    with pytest.raises(AttributeError) as caught:
        getattr(noiselib, name)
    assert str(caught.value) == f"module 'noiselib' has no attribute {name!r}{suggestion}"


def test_the_public_names_of_a_family_are_its_corruptions():
    """So the star imports in noiselib/__init__.py show type checkers what exists at run time."""
    families = {cls.__module__ for cls in noiselib.registry().values()}
    for family in families:
        names = set()
        for node in ast.parse(inspect.getsource(sys.modules[family])).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                names |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name)
                          and isinstance(one.ctx, ast.Store)}  # fmt: skip
        classes = noiselib.registry().values()
        corruptions = {cls.__name__ for cls in classes if cls.__module__ == family}
        assert {name for name in names if not name.startswith("_")} == corruptions


@pytest.mark.parametrize("cls", CORRUPTIONS)
def test_the_signature_is_documented_from_the_fields(cls):
    text = cls.__init__.__doc__
    assert text.startswith("Parameters\n----------\n")
    for name, info in cls.field_info.items():
        entry = f"\n{name} : {cls.field_types[name]}, default {getattr(cls, name)}\n    "
        assert entry + info.description[0].upper() + info.description[1:] in text


def test_a_new_file_with_a_class_is_sufficient(tmp_path, monkeypatch):
    """A class in a new file of the package appears in the registry, the list and specs."""
    package = tmp_path / "noiselib"
    source = Path(noiselib.__file__).parent
    code = (
        "import numpy as np\n"
        "from noiselib.corruption import Corruption\n"
        "from noiselib.fields import strength\n"
        "class Fading(Corruption):\n"
        "    '''Fade: ``y = (1 - loss) x``. Deterministic.\\n\\n    Source: a test.'''\n"
        "    loss: float = strength('light lost', identity=0, worst=0.9, high=1)\n"
        "    def apply(self, images, draws):\n"
        "        return images * np.float32(1 - self.loss)\n"
    )
    for path in source.rglob("*.py"):
        copy = package / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    (package / "corruptions" / "fading.py").write_text(code)
    code = "import noiselib; print(noiselib.parse('fading').at(0.5), noiselib.Fading.__name__)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "fading(loss=0.45) Fading"
    listed = subprocess.run(
        [sys.executable, "-m", "noiselib", "list"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "fading " in listed.stdout


def test_other_processes_have_the_same_results():
    """With another hash seed: no result depends on the hash() of Python."""
    code = (
        "import noiselib, numpy, json, hashlib\n"
        "x = (numpy.arange(3 * 20 * 20) % 256).astype('uint8').reshape(3, 20, 20)\n"
        "print(json.dumps({n: hashlib.sha256(c()(x, seed=3).tobytes()).hexdigest()"
        " for n, c in noiselib.registry().items()}))"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(HERE.parents[1])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert json.loads(answers[0]) == json.loads(answers[1])


def test_corruption_classes_are_values():
    assert issubclass(noiselib.GaussianNoise, Corruption)
    assert len({noiselib.GaussianNoise(sigma=s) for s in np.float32([0.5, 0.5, 0.25])}) == 2
