"""The page Play in a browser, with cheap models."""

import re

import numpy as np
import pytest
from explorer_server import wait_for
from PIL import Image
from play_page import PlayTab

import noiselib
from models.data import load
from studies.explorer.play.image_sources import rank_by_difficulty

CHOICE = "//div[@role='option'][normalize-space()='{}']"
NAMED = {"button", "slider", "textbox", "combobox", "spinbutton", "tab", "link", "image", "switch"}
INK = """
const field = document.querySelector('.sketchpad'), side = field.width;
const values = field.getContext('2d').getImageData(0, 0, side, side).data;
const xs = [], ys = [];
for (let at = 0; at < side * side; at++)
  if (values[4 * at + 3]) { xs.push(at % side); ys.push(Math.floor(at / side)); }
const most = places => places.reduce((a, b) => Math.max(a, b), 0);
const span = places => most(places) + most(places.map(place => -place + side)) - side;
return [span(ys) / side, span(xs) / side];
"""


@pytest.fixture
def page(browser, server):
    shown = PlayTab(browser, server)
    yield shown
    assert browser.troubles(local=True) == []


@pytest.fixture(scope="module")
def data(server):
    return load(str(server.data))


def test_a_view_has_the_bytes_of_noiselib(page, data, browser):
    page.open("?image=test-7&spec=gaussian_noise(sigma=0.4)&t=0.5&seed=3")
    corrupt = noiselib.parse("gaussian_noise(sigma=0.4)").at(0.5)
    expected = corrupt(data.test_images, seed=3, ids=0)[7]
    np.testing.assert_array_equal(page.pixels(), expected[..., 0])
    np.testing.assert_array_equal(page.pixels("clean"), data.test_images[7][..., 0])
    assert page.text(".strength-text") == "t = 0.5, sigma = 0.2"
    assert browser.bad_pictures() == []
    assert len(page.bars()) == 6
    texts = page.run(
        "return [...document.querySelectorAll('.first-misclassified')].map(one => one.innerText)"
    )
    pattern = r"(first misclassified at t = |correct up to|misclassified without)"
    assert all(re.match(pattern, text) for text in texts)


def test_moving_the_slider_changes_image_bars_and_address(page):
    page.open("?spec=gaussian_noise(sigma=0.5)&t=0")
    clean, bars = page.uri(), page.bars()
    assert clean == page.uri("clean")
    page.slide(".strength .range", 0.9)
    page.wait_for_change(clean)
    wait_for(lambda: page.bars() != bars, what="other bars")
    page.wait_for_address("t=0.9")
    page.slide(".strength .range", 0)
    wait_for(lambda: page.uri() == clean, what="the clean image")


def test_the_copied_address_shows_the_same_bytes_in_a_second_tab(page):
    page.open("?image=test-3")
    first = page.uri()
    page.press("Next seed")
    page.wait_for_change(first)
    second = page.uri()
    page.slide(".strength .range", 0.83)
    page.wait_for_change(second)
    address = page.wait_for_address("t=0.83")
    assert "0.83" in page.text(".strength-text")
    held = [page.uri(name) for name in ("clean", "corrupted", "difference")]
    here = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    page.driver.get(address)
    page.settle()
    wait_for(lambda: [page.uri(n) for n in ("clean", "corrupted", "difference")] == held)
    assert page.spec() == "gaussian_noise(sigma=0.5)"
    page.driver.close()
    page.driver.switch_to.window(here)


@pytest.mark.parametrize("touch", [False, True])
def test_a_drawn_stroke_gets_predictions_and_an_address(page, data, touch):
    page.open("?t=0.3", width=390 if touch else 1200)
    before = page.uri("clean")
    page.press("Draw")
    wait_for(lambda: page.run("return document.querySelector('.sketchpad')?.clientWidth > 0"))
    page.stroke([(0.5, 0.2 + 0.06 * step) for step in range(11)], touch=touch)
    wait_for(lambda: page.uri("clean") != before, what="the drawing")
    tall, wide = page.run(INK)
    assert 0.6 < tall < 0.75
    assert wide < 0.1
    assert page.text(".verdict") == ""  # its class is not known
    assert len(page.bars()) == 6
    address, drawn = wait_for(lambda: page.drawing(data), what="an address of what is shown")
    page.driver.get(address)
    page.settle()
    wait_for(lambda: page.uri() == drawn, what="the same bytes")


def test_a_mistake_in_the_text_leaves_the_last_image(page):
    page.open()
    good = page.uri()
    page.write(".spec textarea", "gausian_noise(sigma=0.2)")
    wait_for(lambda: "did you mean 'gaussian_noise'?" in page.text(".pipeline .error"))
    assert page.uri() == good
    page.write(".spec textarea", "inversion")
    page.wait_for_change(good)
    wait_for(lambda: page.text(".pipeline .error") == "")
    assert page.text(".stage-name") == "inversion"
    assert page.spec() == "inversion"  # not replaced while the visitor types
    page.run("const field = document.querySelector('.spec textarea'); field.focus(); field.blur()")
    wait_for(lambda: page.spec() == "inversion(amount=1)")


def test_the_valid_part_of_an_address_is_shown(page):
    page.open("?t=7&spec=fogg&seed=2&image=test-999")
    assert "t must be a number from 0 to 1" in page.text("#main")
    assert "test images have the numbers 0 to 59" in page.text("#main")
    assert "no corruption is called 'fogg'; did you mean 'fog'?" in page.text(".pipeline .error")
    assert page.spec() == "fogg"
    assert page.uri()


def test_texts_of_an_address_are_never_run(page):
    page.open("?spec=%3Cimg src=x onerror=alert(1)%3E&image=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<img src=x" in page.text(".pipeline .error")
    assert page.run("return document.querySelectorAll('#main script, img[src=x]').length") == 0


def test_a_pipeline_is_built_with_cards(page, browser):
    page.open("?spec=rotation(degrees=30)%7Cinversion")
    names = "return [...document.querySelectorAll('.stage-name')].map(one => one.innerText)"
    page.press("Move inversion up")
    wait_for(lambda: page.run(names) == ["inversion", "rotation"])
    page.press("Remove inversion")
    wait_for(lambda: page.spec() == "rotation(degrees=30)")
    page.slide(".stage .range", 45)
    wait_for(lambda: page.spec() == "rotation(degrees=45)")
    page.driver.find_element("css selector", ".adding input").send_keys("fog")
    browser.press(CHOICE.format("fog"))
    wait_for(lambda: page.spec() == "rotation(degrees=45) | fog(density=3)")
    assert page.run(names) == ["rotation", "fog"]
    page.write(".stage .field-value input", "400")
    wait_for(lambda: "degrees must lie in [-360, 360]" in page.text(".pipeline .error"))
    assert page.spec() == "rotation(degrees=45) | fog(density=3)"


def test_every_corruption_has_a_card_with_sliders(page):
    registered = noiselib.registry()
    page.open(f"?t=0.1&spec={'%7C'.join(registered)}")
    cards = page.run(
        "return [...document.querySelectorAll('.stage')].map(card => ["
        "card.querySelector('.stage-name').innerText, card.querySelectorAll('.range').length])"
    )
    assert [name for name, _ in cards] == list(registered)
    assert all(sliders >= 1 for _, sliders in cards)


def test_random_choices_are_shown_without_sliders(page):
    page.open("?spec=one_of(fog,inversion)%7Cvary(rotation)")
    assert page.text(".stage code") == "one_of(fog(density=3), inversion(amount=1))"


def test_images_are_selected_by_class_and_difficulty(page, browser, data, state):
    page.open("?image=test-0")
    wanted = int(1 - data.test_labels[0] % 2)
    members = np.flatnonzero(data.test_labels == wanted)
    number = re.compile(r"image=test-(\d+)")

    def reached(images):
        wait_for(lambda: int(number.search(page.driver.current_url)[1]) in images)
        return int(number.search(page.driver.current_url)[1])

    page.run("document.querySelector('.image-panel .q-select input').click()")
    browser.press(CHOICE.format(wanted))
    first = reached(members)
    page.press("Next image")
    reached([members[(np.searchsorted(members, first) + 1) % len(members)]])
    order = rank_by_difficulty(state)
    for hard in order[np.isin(order, members)][:2]:
        page.press("Hardest")
        reached([hard])
        assert f"Image {hard} of 60" in page.text(".image-navigation")


def test_an_uploaded_image_is_fitted_to_the_data(page, tmp_path):
    page.open("?t=0.2")
    before = page.uri("clean")
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, 32:] = 255
    Image.fromarray(picture).save(tmp_path / "photo.jpg")
    page.upload(tmp_path / "photo.jpg")
    wait_for(lambda: page.uri("clean") != before, what="the image")
    assert page.pixels("clean").shape == (12, 12)
    assert "Resized from 64 x 48 to 12 x 12 pixels" in page.text(".image-panel")
    page.wait_for_address("image=uploaded-")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("text.png", b"no image", "The file is not an image that can be read"),
        ("huge.png", bytes(10_000_001), "has more than 10 MB"),
    ],
)
def test_bad_uploads_are_refused_with_a_sentence(page, tmp_path, name, content, sentence):
    page.open()
    before = page.uri("clean")
    (tmp_path / name).write_bytes(content)
    page.upload(tmp_path / name)
    wait_for(lambda: sentence in page.text(".image-panel .error"), what=sentence)
    assert page.uri("clean") == before


def test_all_controls_have_names_and_can_be_reached_by_keyboard(page, browser):
    page.open("?spec=rotation(degrees=30)%7Cfog")
    nodes = browser.command("Accessibility.getFullAXTree")["nodes"]
    roles = [node for node in nodes if node.get("role", {}).get("value") in NAMED]
    unnamed = [node for node in roles if not node.get("name", {}).get("value", "").strip()]
    assert len(roles) > 20
    assert unnamed == []
    keys = "return [document.activeElement.ariaLabel, document.activeElement.innerText]"
    page.run("document.body.focus()")
    reached = []
    for _ in range(30):
        browser.command(
            "Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9
        )
        label, text = page.run(keys)
        reached.append((label or text or "").strip())
    assert reached[0] == "Skip to the page"
    for wanted in ("Play", "Curves", "Gallery", "Switch light and dark", "Test image", "Random"):
        assert any(wanted in one for one in reached), (wanted, reached)
    assert any(one.startswith("Strength t") for one in reached)
    assert reached.index("Curves") < [one.startswith("Strength t") for one in reached].index(True)


def test_the_strength_is_moved_by_keys(page, browser):
    page.open("?t=0.5")
    page.run("document.querySelector('.strength .range').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.command(
            "Input.dispatchKeyEvent",
            type=kind,
            key="ArrowRight",
            code="ArrowRight",
            windowsVirtualKeyCode=39,
        )
    page.wait_for_address("t=0.51")
    said = "return document.querySelector('.strength .range').getAttribute('aria-valuetext')"
    wait_for(lambda: page.run(said) == "t = 0.51, sigma = 0.255", what="the words")


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(page, browser, dark):
    page.open("?spec=random_affine%7Cspatter", width=390, height=800, dark=dark)
    assert browser.too_wide() == []
