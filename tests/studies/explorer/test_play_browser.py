"""The page Play in a real browser, on cheap models."""

import base64
import io
import re
from urllib.parse import parse_qs, urlsplit

import browser as browsers
import numpy as np
import pytest
from PIL import Image
from served import wait_for

import noiselib
from models.data import load
from studies.explorer.view import read_source

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


def read_picture(address):
    """Return the pixels of a picture that its address holds."""
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as file:
        return np.asarray(file)


class Page:
    """What a person sees and does on Play."""

    def __init__(self, browser, served):
        self._browser = browser
        self._served = served
        self.driver = browser.driver

    def open(self, query="", **window):
        self._browser.open(f"{self._served.address}/{query}", **window)
        self.settled()
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def settled(self):
        """Wait until both models are traced along the view of the address."""
        wait_for(lambda: self.run("return document.querySelectorAll('svg.course').length === 2"))

    def picture(self, name="corrupted"):
        """Return the address that holds a picture's bytes."""
        return self.run(f"return document.querySelector('.picture.{name} img')?.src")

    def pixels(self, name="corrupted"):
        return read_picture(self.picture(name))

    def drawing(self, data):
        """Return the address and the corrupted picture; None while they are not of one drawing.

        A stroke is sent as it grows, and the address follows a little later than the pictures.
        """
        address, clean, corrupted = self.run(
            "return [location.href, ...['clean', 'corrupted'].map("
            "name => document.querySelector(`.picture.${name} img`).src)]"
        )
        (image,) = parse_qs(urlsplit(address).query).get("image", ["test-0"])  # not written yet
        source = read_source(image, len(data.test_images), data.image_shape)
        same = source.origin == "drawn" and read_picture(clean).tobytes() == source.pixels
        return (address, corrupted) if same else None

    def bars(self):
        return self.run(
            "return [...document.querySelectorAll('.bar-share')].map(bar => bar.textContent)"
        )

    def text(self, selector):
        return self._browser.text(selector)

    def spec(self):
        return self.run("return document.querySelector('.spec textarea').value")

    def slide(self, selector, value):
        self.run(
            "const slider = document.querySelector(arguments[0]); slider.value = arguments[1];"
            "slider.dispatchEvent(new Event('input', {bubbles: true}))",
            selector,
            value,
        )

    def press(self, label):
        self.run(
            "const called = one => one.ariaLabel ?? one.innerText.trim();"
            "[...document.querySelectorAll('button, [role=tab]')].find(one => "
            "called(one).endsWith(arguments[0])).click()",
            label,
        )

    def write(self, selector, text):
        self.run(
            "const field = document.querySelector(arguments[0]); field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', {bubbles: true}))",
            selector,
            text,
        )

    def changed(self, before, what="the picture"):
        wait_for(lambda: self.picture() not in {before, None}, what=what)

    def address(self, part):
        """Wait until the address holds a text, and return it."""
        wait_for(lambda: part in self.driver.current_url, what=f"{part} in the address")
        return self.driver.current_url

    def stroke(self, points, *, touch):
        """Draw a line through points of the field, with a finger or the mouse."""
        corner = self.run(
            "const field = document.querySelector('.sketchpad'); field.scrollIntoView();"
            "const box = field.getBoundingClientRect(); return [box.left, box.top, box.width]"
        )
        left, top, side = corner
        places = [(left + x * side, top + y * side) for x, y in points]
        steps = [("Start", "Pressed"), *[("Move", "Moved")] * (len(places) - 1)]
        for (finger, mouse), (x, y) in zip(steps, places, strict=True):
            if touch:
                self._browser.command(
                    "Input.dispatchTouchEvent",
                    type=f"touch{finger}",
                    touchPoints=[{"x": x, "y": y}],
                )
            else:
                self._mouse(mouse, x, y)
        if touch:
            self._browser.command("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        else:
            self._mouse("Released", *places[-1])

    def _mouse(self, what, x, y):
        button = {"button": "left", "buttons": 1, "clickCount": 1}
        self._browser.command("Input.dispatchMouseEvent", type=f"mouse{what}", x=x, y=y, **button)

    def upload(self, path):
        self.press("Upload")
        field = wait_for(
            lambda: self.driver.find_elements("css selector", "input[type=file]"), what="the field"
        )
        field[0].send_keys(str(path))


@pytest.fixture
def page(browser, served):
    shown = Page(browser, served)
    yield shown
    assert browser.troubles(local=True) == []


@pytest.fixture(scope="module")
def data(served):
    return load(str(served.data))


def test_a_view_is_shown_with_the_bytes_of_noiselib(page, data, browser):
    page.open("?image=test-7&spec=gaussian_noise(sigma=0.4)&t=0.5&seed=3")
    spoil = noiselib.parse("gaussian_noise(sigma=0.4)").at(0.5)
    expected = spoil(data.test_images, seed=3, ids=0)[7]
    np.testing.assert_array_equal(page.pixels(), expected[..., 0])
    np.testing.assert_array_equal(page.pixels("clean"), data.test_images[7][..., 0])
    assert page.text(".strength-place") == "t = 0.5, sigma = 0.2"
    assert browser.bad_pictures() == []
    assert len(page.bars()) == 6
    losses = page.run("return [...document.querySelectorAll('.loses')].map(one => one.innerText)")
    assert all(re.match(r"(loses it at t = |keeps it|is wrong even)", loss) for loss in losses)


def test_moving_the_slider_changes_picture_bars_and_address(page):
    page.open("?spec=gaussian_noise(sigma=0.5)&t=0")
    clean, bars = page.picture(), page.bars()
    assert clean == page.picture("clean")
    page.slide(".strength .range", 0.9)
    page.changed(clean)
    wait_for(lambda: page.bars() != bars, what="other bars")
    page.address("t=0.9")
    page.slide(".strength .range", 0)
    wait_for(lambda: page.picture() == clean, what="the clean picture")


def test_the_copied_address_shows_the_same_bytes_in_a_second_tab(page):
    page.open("?image=test-3")
    first = page.picture()
    page.press("Another draw")
    page.changed(first)
    second = page.picture()
    page.slide(".strength .range", 0.83)
    page.changed(second)
    address = page.address("t=0.83")
    assert "0.83" in page.text(".strength-place")
    held = [page.picture(name) for name in ("clean", "corrupted", "difference")]
    here = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    page.driver.get(address)
    page.settled()
    wait_for(lambda: [page.picture(n) for n in ("clean", "corrupted", "difference")] == held)
    assert page.spec() == "gaussian_noise(sigma=0.5)"
    page.driver.close()
    page.driver.switch_to.window(here)


@pytest.mark.parametrize("touch", [False, True])
def test_a_drawn_stroke_gets_answers_and_an_address(page, data, touch):
    page.open("?t=0.3", width=390 if touch else 1200)
    before = page.picture("clean")
    page.press("Draw")
    wait_for(lambda: page.run("return document.querySelector('.sketchpad')?.clientWidth > 0"))
    page.stroke([(0.5, 0.2 + 0.06 * step) for step in range(11)], touch=touch)
    wait_for(lambda: page.picture("clean") != before, what="the drawing")
    tall, wide = page.run(INK)
    assert 0.6 < tall < 0.75
    assert wide < 0.1
    assert page.text(".verdict") == ""  # nobody knows what it is
    assert len(page.bars()) == 6
    address, drawn = wait_for(lambda: page.drawing(data), what="an address of what is shown")
    page.driver.get(address)
    page.settled()
    wait_for(lambda: page.picture() == drawn, what="the same bytes")


def test_a_mistake_in_the_text_keeps_the_last_good_picture(page):
    page.open()
    good = page.picture()
    page.write(".spec textarea", "gausian_noise(sigma=0.2)")
    wait_for(lambda: "did you mean 'gaussian_noise'?" in page.text(".pipeline .trouble"))
    assert page.picture() == good
    page.write(".spec textarea", "inversion")
    page.changed(good)
    wait_for(lambda: page.text(".pipeline .trouble") == "")
    assert page.text(".stage-name") == "inversion"
    assert page.spec() == "inversion"  # not written over while somebody types
    page.run("const field = document.querySelector('.spec textarea'); field.focus(); field.blur()")
    wait_for(lambda: page.spec() == "inversion(amount=1)")


def test_a_wrong_address_is_told_and_the_rest_is_shown(page):
    page.open("?t=7&spec=fogg&seed=2&image=test-999")
    assert "t must be a number from 0 to 1" in page.text("#main")
    assert "test images have the numbers 0 to 59" in page.text("#main")
    assert "no corruption is called 'fogg'; did you mean 'fog'?" in page.text(".pipeline .trouble")
    assert page.spec() == "fogg"
    assert page.picture()


def test_texts_of_an_address_are_never_run(page):
    page.open("?spec=%3Cimg src=x onerror=alert(1)%3E&image=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<img src=x" in page.text(".pipeline .trouble")
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
    wait_for(lambda: "degrees must lie in [-360, 360]" in page.text(".pipeline .trouble"))
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


def test_choices_are_shown_though_they_have_no_sliders(page):
    page.open("?spec=one_of(fog,inversion)%7Cvary(rotation)")
    assert page.text(".stage code") == "one_of(fog(density=3), inversion(amount=1))"


def test_images_are_picked_by_class_by_chance_and_by_hardness(page, browser, data, context):
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
    order = context.hardest()
    for hard in order[np.isin(order, members)][:2]:
        page.press("Hardest")
        reached([hard])
        assert f"Image {hard} of 60" in page.text(".turn")


def test_an_uploaded_picture_is_brought_to_the_data(page, tmp_path):
    page.open("?t=0.2")
    before = page.picture("clean")
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, 32:] = 255
    Image.fromarray(picture).save(tmp_path / "photo.jpg")
    page.upload(tmp_path / "photo.jpg")
    wait_for(lambda: page.picture("clean") != before, what="the picture")
    assert page.pixels("clean").shape == (12, 12)
    assert "Brought from 64 x 48 to 12 x 12 pixels" in page.text(".image-panel")
    page.address("image=uploaded-")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("text.png", b"no picture", "The file is not a picture that can be read"),
        ("huge.png", bytes(10_000_001), "has more than 10 MB"),
    ],
)
def test_bad_uploads_are_refused_with_a_sentence(page, tmp_path, name, content, sentence):
    page.open()
    before = page.picture("clean")
    (tmp_path / name).write_bytes(content)
    page.upload(tmp_path / name)
    wait_for(lambda: sentence in page.text(".image-panel .trouble"), what=sentence)
    assert page.picture("clean") == before


def test_everything_has_a_name_and_can_be_reached_by_keyboard(page, browser):
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
    page.address("t=0.51")
    said = "return document.querySelector('.strength .range').getAttribute('aria-valuetext')"
    wait_for(lambda: page.run(said) == "t = 0.51, sigma = 0.255", what="the words")


def test_light_and_dark_are_remembered(page, browser):
    page.open(dark=True)
    dark = browser.background()
    page.press("Switch light and dark")
    wait_for(lambda: browser.background() != dark)
    light = browser.background()
    page.open(dark=True)
    assert browser.background() == light
    page.driver.delete_all_cookies()
    page.open(dark=True)
    assert browser.background() == dark


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(page, browser, dark):
    page.open("?spec=random_affine%7Cspatter", width=390, height=800, dark=dark)
    assert browser.too_wide() == []


def test_two_browsers_do_not_disturb_each_other(page, served):
    page.open("?image=test-1&t=0.2")
    mine = page.picture()
    starting = browsers.start()
    other = Page(next(starting), served)
    try:
        other.open("?image=test-2&t=0.9&spec=inversion")
        other.slide(".strength .range", 0.6)
        other.address("t=0.6")
        assert page.picture() == mine
        page.slide(".strength .range", 0.4)
        page.changed(mine)
        assert "t=0.6" in other.driver.current_url
        assert other.spec() == "inversion(amount=1)"
    finally:
        starting.close()


def test_other_addresses_are_told_so(served, browser):
    browser.open(f"{served.address}/nowhere")
    wait_for(lambda: "There is no such page" in browser.driver.page_source)
    assert "Nothing is called /nowhere here" in browser.driver.page_source


def test_nothing_but_this_server_may_be_asked(page):
    page.open()
    refused = page.driver.execute_async_script(
        "const done = arguments[0];"
        "document.addEventListener('securitypolicyviolation', event => done(event.blockedURI));"
        "fetch('http://127.0.0.1:9/').then(() => done('sent'), () => null);"
    )
    assert refused == "http://127.0.0.1:9/"
    page._browser.driver.get_log("browser")  # this refusal is no trouble


def test_a_restarted_server_finds_the_page_where_it_was(page, served, browser):
    page.open("?image=test-5&t=0.7&seed=4")
    held = page.picture()
    served.stop()
    wait_for(lambda: "Connection lost" in page.text("#popup"), what="the notice")
    page.run("window.before = true")
    served.start()
    wait_for(lambda: page.run("return window.before === undefined"), what="the new page")
    page.settled()
    wait_for(lambda: page.picture() == held, what="the same picture")
    browser.driver.get_log("browser")  # that it was lost stands there too, rightly
    browser.driver.get_log("performance")


def test_the_preparation_is_shown_and_can_be_repeated(served, browser):
    served.stop()
    served.gate.unlink()
    served.start()
    browser.open(served.address)
    text = "return document.body.innerText"
    wait_for(lambda: "Training mlp: epoch 3 of 8" in browser.driver.execute_script(text))
    served.gate.write_text("the data are nowhere")
    wait_for(lambda: "the data are nowhere" in browser.driver.execute_script(text))
    served.gate.write_text("")
    browser.press("//button[contains(., 'Try again')]")
    Page(browser, served).settled()
    assert browser.troubles(local=True) == []
