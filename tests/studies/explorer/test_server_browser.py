"""What the server does for all pages, in a browser."""

import browser as browsers
import pytest
from explorer_server import wait_for
from play_page import PlayTab


@pytest.fixture
def page(browser, server):
    shown = PlayTab(browser, server)
    yield shown
    assert browser.troubles(local=True) == []


def test_the_theme_is_remembered(page, browser):
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


def test_two_browsers_do_not_disturb_each_other(page, server):
    page.open("?image=test-1&t=0.2")
    mine = page.uri()
    starting = browsers.start()
    other = PlayTab(next(starting), server)
    try:
        other.open("?image=test-2&t=0.9&spec=inversion")
        other.slide(".strength .range", 0.6)
        other.wait_for_address("t=0.6")
        assert page.uri() == mine
        page.slide(".strength .range", 0.4)
        page.wait_for_change(mine)
        assert "t=0.6" in other.driver.current_url
        assert other.spec() == "inversion(amount=1)"
    finally:
        starting.close()


def test_an_unknown_address_is_not_found(server, browser):
    browser.open(f"{server.address}/nowhere")
    wait_for(lambda: "Page not found" in browser.driver.page_source)
    assert "There is no page at /nowhere." in browser.driver.page_source


def test_the_browser_requests_nothing_from_other_servers(page):
    page.open()
    refused = page.driver.execute_async_script(
        "const done = arguments[0];"
        "document.addEventListener('securitypolicyviolation', event => done(event.blockedURI));"
        "fetch('http://127.0.0.1:9/').then(() => done('sent'), () => null);"
    )
    assert refused == "http://127.0.0.1:9/"
    page._browser.driver.get_log("browser")  # the refusal is expected


def test_a_restarted_server_shows_the_same_view(page, server, browser):
    page.open("?image=test-5&t=0.7&seed=4")
    held = page.uri()
    server.stop()
    wait_for(lambda: "Connection lost" in page.text("#popup"), what="the notice")
    page.run("window.before = true")
    server.start()
    wait_for(lambda: page.run("return window.before === undefined"), what="the new page")
    page.settle()
    wait_for(lambda: page.uri() == held, what="the same image")
    browser.driver.get_log("browser")  # the lost connection is expected
    browser.driver.get_log("performance")


def test_loading_is_shown_and_can_be_repeated(server, browser):
    server.stop()
    server.gate.unlink()
    server.start()
    browser.open(server.address)
    text = "return document.body.innerText"
    wait_for(lambda: "Training mlp: epoch 3 of 8" in browser.driver.execute_script(text))
    server.gate.write_text("the data are nowhere")
    wait_for(lambda: "the data are nowhere" in browser.driver.execute_script(text))
    server.gate.write_text("")
    browser.press("//button[contains(., 'Try again')]")
    PlayTab(browser, server).settle()
    assert browser.troubles(local=True) == []
