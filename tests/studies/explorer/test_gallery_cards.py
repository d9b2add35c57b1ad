import io

import numpy as np
import pytest
from PIL import Image

import noiselib
from noiselib.gallery import sample
from studies.explorer.cards import PARTS, families, marked, parameters, published
from studies.explorer.strips import address, strip_png

CARDS = {card.name: card for cards in families().values() for card in cards}


def test_every_registered_corruption_has_a_card():
    assert set(CARDS) == set(noiselib.registry())
    for card in CARDS.values():
        assert card.summary.endswith((".", ")"))
        assert len(card.strengths) == len(PARTS)
        assert noiselib.parse(card.spec) == noiselib.parse(card.name)


def test_a_card_says_where_the_strength_goes():
    assert CARDS["rotation"].strengths == ("0", "22.5", "45", "67.5", "90")
    assert (CARDS["rotation"].axis, CARDS["rotation"].family) == ("degrees", "geometric")
    assert CARDS["shot_noise"].strengths[0] == "∞"
    assert CARDS["gaussian_blur"].axis == "sigma [pixels]"
    assert "exact" in CARDS["rotation"].promises


def test_search_finds_words_of_the_name_and_the_summary():
    assert CARDS["gaussian_noise"].matches("gaussian noise")
    assert CARDS["gaussian_noise"].matches("NORMAL")
    assert CARDS["gaussian_noise"].matches("")
    assert not CARDS["gaussian_noise"].matches("gaussian blur")


def test_parameters_are_those_of_the_fields():
    strength, border, fill = parameters("rotation")
    assert (strength.name, strength.unit, strength.path) == ("degrees", "degrees", "0 → 90")
    assert strength.values == "-360 to 360"
    assert (border.values, border.path) == ("constant, nearest, reflect", "constant")
    assert fill.values == "0 to 1"
    for name in CARDS:
        assert [item.name for item in parameters(name)] == list(
            noiselib.registry()[name].field_info
        )


def test_published_levels_are_told():
    (level,) = published("rotation")
    assert (level.benchmark, level.name) == ("MNIST-C", "rotate")
    assert level.strengths == "degrees 11.5, 22.9, 34.4, 45.8, 57.3"
    assert published("box_blur") == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see ``a < b`` or `c`", "see <code>a &lt; b</code> or <code>c</code>"),
        ("<script>", "&lt;script&gt;"),
        ("``<i>``", "<code>&lt;i&gt;</code>"),
        ("one ` alone", "one ` alone"),
    ],
)
def test_documentation_is_escaped_and_its_code_marked(text, html):
    assert marked(text) == html


@pytest.mark.parametrize("channels", [1, 3])
def test_a_strip_begins_with_the_image_and_ends_with_its_worst(channels):
    image = sample(40)[0][..., :channels]
    sheet = np.asarray(Image.open(io.BytesIO(strip_png("rotation", image.tobytes(), image.shape))))
    gap = 2
    assert sheet.shape == (40, 5 * 40 + 4 * gap, 4)
    worst = noiselib.parse("rotation")(image[None])[0]
    assert np.array_equal(sheet[:, :40, :channels], image)
    assert np.array_equal(sheet[:, -40:, :channels], worst)
    assert (sheet[:, 40 : 40 + gap, 3] == 0).all()
    assert (sheet[:, :40, 3] == 255).all()


def test_the_address_of_a_strip_changes_with_its_image():
    assert address("fog", "image", "abc") == "/gallery/strips/image/fog.png?abc"
