import urllib.error
import urllib.request

import pytest
from explorer_server import wait_for
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import noiselib


@pytest.fixture
def cards(browser, server):
    """Open the gallery; give a function that returns the visible cards."""
    browser.open(f"{server.address}/gallery")
    wait_for(lambda: browser.visible(".card"), what="cards")
    return lambda: browser.visible(".card")


def test_every_corruption_is_a_card_with_its_strip(browser, cards):
    assert len(cards()) == len(noiselib.registry())
    assert browser.bad_pictures() == []
    assert browser.troubles(local=True) == []
    assert browser.too_wide() == []
    strips = [url for url in browser.requests() if "/gallery/strips/scene/" in url]
    assert len(set(strips)) == len(noiselib.registry())


def test_a_search_leaves_the_matching_cards(browser, cards):
    field = browser.driver.find_element(By.CSS_SELECTOR, ".gallery-tools input")
    field.send_keys("shot noise")
    wait_for(lambda: len(cards()) == 1)
    assert cards()[0].text.startswith("shot_noise")
    field.send_keys(" nothing like it")
    wait_for(lambda: not cards())
    assert "0 of" in browser.text("main")


def test_the_documentation_opens_by_keyboard_and_from_its_address(browser, cards, server):
    link = browser.driver.find_elements(By.LINK_TEXT, "Documentation")[0]
    link.send_keys(Keys.ENTER)
    wait_for(lambda: "Parameters" in browser.text(".docs"))
    wait_for(lambda: browser.driver.current_url.endswith("/gallery?show=box_blur"))
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    wait_for(lambda: not browser.visible(".docs"))
    wait_for(lambda: browser.driver.current_url.endswith("/gallery"))

    browser.open(f"{server.address}/gallery?show=rotation")
    wait_for(lambda: "11.5, 22.9" in browser.text(".docs"))
    assert browser.troubles(local=True) == []
    browser.open(f"{server.address}/gallery?show=<b>")
    wait_for(lambda: "No corruption is called <b>." in browser.text("main"))


def test_the_strips_can_show_a_test_image(browser, cards):
    browser.press("//button[.='Test image']")
    wait_for(lambda: "/image/" in cards()[0].find_element(By.TAG_NAME, "img").get_attribute("src"))
    assert browser.bad_pictures() == []
    assert browser.troubles(local=True) == []


def test_the_gallery_fits_a_phone_and_has_a_dark_look(browser, server):
    grounds = set()
    for dark in (False, True):
        browser.open(
            f"{server.address}/gallery?show=elastic_transform", width=390, height=844, dark=dark
        )
        wait_for(lambda: "Published" in browser.text(".docs"))
        assert browser.too_wide() == []
        grounds.add(browser.background())
    assert len(grounds) == 2


def test_a_strip_that_does_not_exist_is_not_found(server):
    for path in ("scene/nothing", "elsewhere/fog"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{server.address}/gallery/strips/{path}.png")  # noqa: S310 - ours
