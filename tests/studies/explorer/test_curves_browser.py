import pytest
from explorer_pages import serving, sweep_into
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from served import wait_for

from studies.explorer.folders import open_folder


@pytest.fixture(scope="module")
def results(tmp_path_factory, data_file):
    """A finished sweep, and beside it a broken folder."""
    root = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        sweep_into(root / "done", data_file, patch, models=["explorer_pages:quick"])
    (root / "broken").mkdir()
    (root / "broken" / "results.sqlite").write_bytes(b"no database")
    return root


@pytest.fixture(scope="module")
def server(results, data_file):
    with serving(results / "done", data_file) as address:
        yield address


@pytest.fixture
def page(browser, server):
    """Open the page of a folder; give what it says."""

    def opened(folder="done", **look):
        browser.open(f"{server}/curves?folder={folder}", **look)
        return wait_for(lambda: browser.driver.find_elements(By.TAG_NAME, "main"))[0]

    return opened


def charts(browser, number=2):
    """Return the drawn charts, when there are so many."""
    found = browser.driver.find_elements(By.CSS_SELECTOR, ".curve-chart svg")
    return found if len(found) == number else []


def marks(chart):
    """Return the points of the first model's curve; none while it is being drawn."""
    found = chart.find_elements(By.CSS_SELECTOR, 'path[fill="var(--first)"]')
    try:
        return [mark for mark in found if 8 < mark.rect["width"] < 10]
    except StaleElementReferenceException:
        return []


def button(browser, text):
    found = browser.driver.find_elements(By.XPATH, f"//button[normalize-space(.)='{text}']")
    return [one for one in found if one.is_displayed()]


def click(browser, element):
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def test_a_point_that_is_clicked_shows_the_images_that_fail(browser, page, results):
    main = page()
    chart = wait_for(lambda: charts(browser))[0]
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", chart)
    last = wait_for(lambda: marks(chart))[-1]
    ActionChains(browser.driver).move_to_element(last).perform()
    wait_for(lambda: "sigma 0.5" in main.text, what="the numbers")
    dot = open_folder(results / "done").panels[0].lines[0].dots[-1]
    assert f"quick {100 * dot.accuracy:.1f} % ({100 * dot.low:.1f} to" in main.text
    ActionChains(browser.driver).click().perform()
    tiles = wait_for(lambda: main.find_elements(By.CSS_SELECTOR, ".tiles li"), what="images")
    assert "of 60 images wrong at sigma 0.5, seed 0." in main.text
    assert "→" in tiles[0].text
    assert browser.bad_pictures() == []
    wait_for(lambda: tiles[0].find_elements(By.TAG_NAME, "a"))
    target = tiles[0].find_element(By.TAG_NAME, "a").get_attribute("href")
    assert "image=test-" in target
    assert "seed=0" in target
    assert "gaussian_noise(sigma=0.5)" in target
    assert browser.troubles(local=True) == []


def test_models_and_corruptions_are_chosen(browser, page):
    page()
    chart = wait_for(lambda: charts(browser))[0]
    wait_for(lambda: marks(chart))
    click(browser, browser.driver.find_element(By.CSS_SELECTOR, ".key"))
    gone = "return !arguments[0].querySelector('path[fill=\"var(--first)\"]')"
    wait_for(lambda: browser.driver.execute_script(gone, chart), what="the curve to go")
    for remove in browser.driver.find_elements(By.CSS_SELECTOR, ".choices .q-chip__icon--remove")[
        :1
    ]:
        click(browser, remove)
    wait_for(lambda: charts(browser, 1), what="one chart")
    assert browser.troubles(local=True) == []


def test_the_numbers_are_there_for_those_who_do_not_see_curves(browser, page):
    main = page()
    click(browser, wait_for(lambda: main.find_elements(By.TAG_NAME, "summary"))[1])
    table = wait_for(
        lambda: [t for t in main.find_elements(By.TAG_NAME, "table") if t.is_displayed()]
    )
    assert "factor 0.55" in table[0].text
    assert "%" in table[0].text


def test_a_broken_folder_and_a_missing_one_are_named(browser, page):
    main = page("broken")
    wait_for(lambda: "broken/results.sqlite is damaged" in main.text)
    assert charts(browser, 0) == []
    main = page("<i>none</i>")
    wait_for(lambda: "There is no results folder <i>none</i> here." in main.text)
    assert browser.troubles(local=True) == []


def test_the_page_fits_a_phone_and_has_a_dark_look(browser, page):
    grounds = set()
    for dark in (False, True):
        page(width=390, height=844, dark=dark)
        wait_for(lambda: charts(browser))
        assert browser.too_wide() == []
        grounds.add(browser.background())
    assert len(grounds) == 2


def test_a_sweep_runs_is_cancelled_and_is_listed_while_another_visitor_reads(
    browser, page, server, results
):
    page()
    wait_for(lambda: charts(browser))
    reader = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    starter = browser.driver.current_window_handle
    browser.driver.get(f"{server}/curves?folder=broken")
    main = wait_for(lambda: browser.driver.find_elements(By.TAG_NAME, "main"))[0]
    click(
        browser,
        wait_for(lambda: browser.driver.find_elements(By.CSS_SELECTOR, ".sweep .q-item"))[0],
    )
    click(browser, wait_for(lambda: button(browser, "Start"))[0])
    wait_for(lambda: "Running sweep-1: " in main.text and ": 0 of" not in main.text, 90, "cells")
    click(browser, wait_for(lambda: button(browser, "Cancel"))[0])
    wait_for(lambda: "sweep-1 was stopped" in main.text, 60)
    wait_for(lambda: browser.driver.current_url.endswith("folder=sweep-1"), what="its curves")
    wait_for(lambda: charts(browser))
    opened = open_folder(results / "sweep-1")
    assert 0 < opened.finished < opened.planned
    assert f"{opened.finished} of {opened.planned} cells are stored" in main.text

    browser.driver.close()
    browser.driver.switch_to.window(reader)
    assert starter not in browser.driver.window_handles
    assert browser.driver.current_url.endswith("folder=done")
    assert "60 images of quadrants" in browser.driver.find_element(By.TAG_NAME, "main").text
    browser.driver.find_element(By.CSS_SELECTOR, ".folder").click()
    options = wait_for(lambda: browser.driver.find_elements(By.CSS_SELECTOR, ".q-menu .q-item"))
    assert options[0].text == "sweep-1"


def test_a_mistake_in_the_form_is_said_and_starts_nothing(browser, page):
    main = page("broken")
    click(
        browser,
        wait_for(lambda: browser.driver.find_elements(By.CSS_SELECTOR, ".sweep .q-item"))[0],
    )
    (field,) = main.find_elements(By.CSS_SELECTOR, 'input[aria-label="Name"]')
    wait_for(field.is_displayed)
    field.send_keys(" is no folder")
    click(browser, wait_for(lambda: button(browser, "Start"))[0])
    wait_for(lambda: "this sweep: name" in main.text)
    assert button(browser, "Cancel") == []
