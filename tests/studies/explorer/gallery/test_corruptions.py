import io

import numpy as np
import pytest
from PIL import Image

import noiselib
from noiselib.gallery import sample
from studies.explorer.gallery import strip_address
from studies.explorer.gallery.corruptions import (
    STRIP_FRACTIONS,
    cards_by_family,
    parameter_rows,
    published_strengths,
    strip_png,
)
from studies.explorer.layout import docs_html

CARDS = {card.name: card for cards in cards_by_family().values() for card in cards}


def test_every_registered_corruption_has_a_card():
    assert set(CARDS) == set(noiselib.registry())
    for card in CARDS.values():
        assert card.summary.endswith((".", ")"))
        assert len(card.strengths) == len(STRIP_FRACTIONS)
        assert noiselib.parse(card.spec) == noiselib.parse(card.name)


def test_a_card_has_the_strengths_of_its_strip():
    assert CARDS["rotation"].strengths == ("0", "22.5", "45", "67.5", "90")
    assert (CARDS["rotation"].axis, CARDS["rotation"].family) == ("degrees", "geometric")
    assert CARDS["shot_noise"].strengths[0] == "∞"
    assert CARDS["gaussian_blur"].axis == "sigma [pixels]"
    assert "exact" in CARDS["rotation"].properties


def test_search_finds_words_of_the_name_and_the_summary():
    assert CARDS["gaussian_noise"].matches("gaussian noise")
    assert CARDS["gaussian_noise"].matches("NORMAL")
    assert CARDS["gaussian_noise"].matches("")
    assert not CARDS["gaussian_noise"].matches("gaussian blur")


def test_the_parameters_are_the_fields():
    strength, border, fill = parameter_rows("rotation")
    assert (strength.name, strength.unit, strength.severity_range) == (
        "degrees",
        "degrees",
        "0 → 90",
    )
    assert strength.values == "-360 to 360"
    assert (border.values, border.severity_range) == ("constant, nearest, reflect", "constant")
    assert fill.values == "0 to 1"
    for name in CARDS:
        assert [row.name for row in parameter_rows(name)] == list(
            noiselib.registry()[name].field_info
        )


def test_published_levels_are_shown():
    (level,) = published_strengths("rotation")
    assert (level.benchmark, level.name) == ("MNIST-C", "rotate")
    assert level.strengths == "degrees 11.5, 22.9, 34.4, 45.8, 57.3"
    assert published_strengths("box_blur") == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see ``a < b`` or `c`", "see <code>a &lt; b</code> or <code>c</code>"),
        ("<script>", "&lt;script&gt;"),
        ("``<i>``", "<code>&lt;i&gt;</code>"),
        ("one ` alone", "one ` alone"),
    ],
)
def test_documentation_is_escaped_and_its_code_is_marked(text, html):
    assert docs_html(text) == html


@pytest.mark.parametrize("channels", [1, 3])
def test_a_strip_is_from_clean_to_maximum_severity(channels):
    image = sample(40)[0][..., :channels]
    strip = np.asarray(Image.open(io.BytesIO(strip_png("rotation", image.tobytes(), image.shape))))
    gap = 2
    assert strip.shape == (40, 5 * 40 + 4 * gap, 4)
    strongest = noiselib.parse("rotation")(image[None])[0]
    assert np.array_equal(strip[:, :40, :channels], image)
    assert np.array_equal(strip[:, -40:, :channels], strongest)
    assert (strip[:, 40 : 40 + gap, 3] == 0).all()
    assert (strip[:, :40, 3] == 255).all()


def test_the_address_of_a_strip_changes_with_its_image():
    assert strip_address("fog", "image", "abc") == "/gallery/strips/image/fog.png?abc"
