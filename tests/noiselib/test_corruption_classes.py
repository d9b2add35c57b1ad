"""Declaration, names and registration of corruption classes."""

import pytest

import noiselib
from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength


def test_names_are_in_snake_case():
    names = {"HsvBrightness": "hsv_brightness", "Zoom2Far": "zoom2_far", "JPEG": "jpeg"}
    for python, text in names.items():
        cls = type(python, (Corruption,), {
            "__annotations__": {"gain": "float"}, "gain": strength("", identity=0, worst=1),
        }, register=False)  # fmt: skip
        assert cls.name == text
        assert str(cls()) == f"{text}(gain=1)"


def test_a_base_class_is_not_a_corruption():
    class _Base(Corruption):
        gain: float = strength("from the base", identity=0, worst=1)

    class Derived(_Base, register=False):
        level: float = parameter("its own", default=0.5)

    assert "_base" not in noiselib.registry()
    assert list(Derived.field_info) == ["gain", "level"]
    assert str(Derived(level=0.25)) == "derived(gain=1, level=0.25)"
    assert Derived().revisions == (("derived", 1),)


def declare(name="Wrong", register=False, **fields):
    """Declare a class of fields: annotation and value."""
    body = {"__annotations__": {key: kind for key, (kind, _) in fields.items()}}
    return type(name, (Corruption,), body | {key: one for key, (_, one) in fields.items()},
                register=register)  # fmt: skip


def gain():
    return strength("grows", identity=0, worst=1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Wrong: exactly one field must be the strength, got 0"),
        ({"a": ("float", gain()), "b": ("float", gain())},
         "Wrong: exactly one field must be the strength, got 2"),
        ({"a": ("float", gain()), "b": ("float", 3.0)},
         "Wrong: declare b with strength() or parameter()"),
        ({"a": ("float", gain()), "b": ("list", parameter("", default=0))},
         "Wrong: b must be float, int, str or bool"),
        ({"a": (list, gain())}, "Wrong: a must be float, int, str or bool"),
    ],
)  # fmt: skip
def test_wrong_classes(fields, message):
    with pytest.raises(TypeError) as caught:
        declare(**fields)
    assert str(caught.value) == message


def test_annotations_may_be_types():
    assert declare(a=(float, gain())).field_types == {"a": "float"}


def test_a_name_is_registered_once():
    with pytest.raises(TypeError) as caught:
        declare("Zoom", register=True, a=("float", gain()))
    assert str(caught.value).endswith(
        ": noiselib.corruptions.geometric has a corruption zoom already"
    )
    zoom = noiselib.registry()["zoom"]
    noiselib.corruption.register_class(zoom)  # the same class again, as after a reload
    assert noiselib.registry()["zoom"] is zoom
    assert list(noiselib.registry()) == sorted(noiselib.registry())
