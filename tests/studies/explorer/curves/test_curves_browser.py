import re

import pytest
from explorer_server import ExplorerServer, wait_for
from quick_models import sweep_into
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains

from studies.explorer.curves.results_folder import open_folder

BUTTON = "//button[normalize-space(.)='{}']"
MOTION = """
const seconds = [], parts = [undefined, '::before', '::after'];
for (const element of document.querySelectorAll('*'))
  for (const part of parts) {
    const {transitionDuration, animationDuration} = getComputedStyle(element, part);
    seconds.push(...`${transitionDuration}, ${animationDuration}`.split(', ').map(parseFloat));
  }
return [seconds.length, Math.max(...seconds)];
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory, data_file):
    """A finished sweep, and beside it a damaged folder."""
    root = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        sweep_into(root / "done", data_file, patch, models=["quick_models:quick"])
    (root / "damaged").mkdir()
    (root / "damaged" / "results.sqlite").write_bytes(b"no database")
    return root


@pytest.fixture(scope="module")
def address(results, data_file, tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "log.txt"
    server = ExplorerServer(results / "done", data_file, log)
    server.start()
    yield server.address
    server.stop()
    assert "Traceback" not in server.log(), server.log()


@pytest.fixture
def page(browser, address):
    """Open the page of a folder."""

    def open_page(folder="done", **look):
        browser.open(f"{address}/curves?folder={folder}", **look)
        wait_for(lambda: browser.text("main"), what="the page")

    return open_page


def charts(browser, number=2):
    """Return the charts once the given number is drawn."""
    found = browser.driver.find_elements("css selector", ".curve-chart svg")
    return found if len(found) == number else []


def marks(chart):
    """Return the points of the curve of the first model; none while it is being drawn."""
    found = chart.find_elements("css selector", 'path[fill="var(--first)"]')
    try:
        return [mark for mark in found if 8 < mark.rect["width"] < 10]
    except StaleElementReferenceException:
        return []


def test_a_click_on_a_point_shows_the_misclassified_images(browser, page, results):
    page()
    chart = wait_for(lambda: charts(browser))[0]
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    last = wait_for(lambda: marks(chart))[-1]
    ActionChains(browser.driver).move_to_element(last).perform()
    wait_for(lambda: "sigma 0.5" in browser.text("main"), what="the numbers")
    point = open_folder(results / "done").charts[0].lines[0].points[-1]
    assert f"quick {100 * point.accuracy:.1f} % ({100 * point.low:.1f} to" in browser.text("main")
    ActionChains(browser.driver).click().perform()
    wait_for(lambda: browser.visible(".tiles li a"), what="images")
    assert "of 60 images at sigma 0.5, noise seed 0." in browser.text("main")
    assert "→" in browser.text(".tiles li")
    assert browser.bad_pictures() == []
    target = browser.visible(".tiles li a")[0].get_attribute("href")
    assert "image=test-" in target
    assert "seed=0" in target
    assert "gaussian_noise(sigma=0.5)" in target
    assert browser.troubles(local=True) == []


def test_models_and_corruptions_are_selected(browser, page):
    page()
    chart = wait_for(lambda: charts(browser))[0]
    wait_for(lambda: marks(chart))
    browser.press(".key")
    gone = "return !arguments[0].querySelector('path[fill=\"var(--first)\"]')"
    wait_for(lambda: browser.driver.execute_script(gone, chart), what="the curve to go")
    browser.press(".choices .q-chip__icon--remove")
    wait_for(lambda: charts(browser, 1), what="one chart")
    assert browser.troubles(local=True) == []


def test_the_numbers_are_in_a_table_too(browser, page):
    page()
    browser.press("main summary", at=1)
    table = wait_for(lambda: browser.visible("main table"))[0].text
    assert "factor 0.55" in table
    assert "%" in table


def test_the_errors_for_a_damaged_and_a_missing_folder_name_them(browser, page):
    page("damaged")
    wait_for(lambda: "damaged/results.sqlite is damaged" in browser.text("main"))
    assert charts(browser, 0) == []
    page("<i>none</i>")
    wait_for(lambda: "There is no results folder <i>none</i> here." in browser.text("main"))
    assert browser.troubles(local=True) == []


def test_the_page_fits_a_phone_and_has_a_dark_look(browser, page):
    grounds = set()
    for dark in (False, True):
        page(width=390, height=844, dark=dark)
        wait_for(lambda: charts(browser))
        assert browser.too_wide() == []
        grounds.add(browser.background())
    assert len(grounds) == 2


def test_nothing_moves_with_reduced_motion(browser, page):
    page()
    wait_for(lambda: charts(browser))
    browser.press(".folder")
    wait_for(lambda: browser.visible(".q-menu .q-item"), what="the menu")
    checked, longest = browser.driver.execute_script(MOTION)
    assert checked > 1000
    assert longest < 0.001


def test_a_sweep_runs_is_cancelled_and_is_listed_while_another_visitor_reads(
    browser, page, address, results
):
    page()
    wait_for(lambda: charts(browser))
    reader = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    starter = browser.driver.current_window_handle
    browser.driver.get(f"{address}/curves?folder=damaged")
    browser.press(".sweep .q-item")
    browser.press(BUTTON.format("Start"))
    running = re.compile(r"Running sweep-1: (?!0 of)")
    wait_for(lambda: running.search(browser.text("main")), 90, "cells")
    browser.press(BUTTON.format("Cancel"))
    wait_for(lambda: "sweep-1 was stopped" in browser.text("main"), 60)
    wait_for(lambda: browser.driver.current_url.endswith("folder=sweep-1"), what="its curves")
    wait_for(lambda: charts(browser))
    folder = open_folder(results / "sweep-1")
    assert 0 < folder.finished < folder.planned
    assert f"{folder.finished} of {folder.planned} cells are stored" in browser.text("main")

    browser.driver.close()
    browser.driver.switch_to.window(reader)
    assert starter not in browser.driver.window_handles
    assert browser.driver.current_url.endswith("folder=done")
    assert "60 images of quadrants" in browser.text("main")
    browser.press(".folder")
    wait_for(lambda: browser.text(".q-menu .q-item") == "sweep-1", what="the new folder")


def test_a_mistake_in_the_form_starts_nothing(browser, page):
    page("damaged")
    browser.press(".sweep .q-item")
    wait_for(lambda: browser.visible('input[aria-label="Name"]'))[0].send_keys(" is no folder")
    browser.press(BUTTON.format("Start"))
    wait_for(lambda: "this sweep: name" in browser.text("main"))
    assert browser.visible(BUTTON.format("Cancel")) == []
