"""Every page we write, in a browser that has no network: on a desk, on a phone, in the dark."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import find_fakes, make_images, start_fakes, write_data
from typer.testing import CliRunner

import noiselib
from noiselib import protocols
from noiselib.protocols import Entry, Protocol
from studies.__main__ import app
from studies.config.reference_systems import read_systems
from studies.report.blocks import Figure
from studies.report.charts import curves, style
from studies.report.reference_systems import write_outputs as write_reference
from studies.run.reference_systems import ReferenceResult
from studies.tables.reference_systems import reference_rows
from studies.workflows import sweep as session

MARKUP = "<script>alert('1')</script>"
LONG = " | ".join(f"gaussian_blur(sigma={n})" for n in range(1, 6)) + " | rotation(degrees=40)"
PAGES = ("sweep", "many", "protocol", "diagnosis", "reference")
SCREENS = {
    "desk": {"width": 1200},
    "dark desk": {"width": 1200, "dark": True},
    "phone": {"width": 390, "height": 800},
    "dark phone": {"width": 390, "height": 800, "dark": True},
}
SMALL = Protocol(
    name="small_c",
    title="Small-C",
    source="nobody 2020",
    entries={
        "noise": Entry(
            levels=("gaussian_noise(sigma=0.1)", "gaussian_noise(sigma=0.4)"),
            fidelity="approximation",
            note=f"other draws {MARKUP}",
        ),
        "smear": Entry(levels=(LONG,), fidelity="exact", benchmark=False),
    },
)


def invoke(folder, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["studies", *arguments])
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output


def corruptions(specs):
    return [word for spec in specs for word in ("--corruptions", spec)]


def sweep(folder):
    """Write a report with classes, a corruption and a command that are long or look like markup."""
    (x_train, y_train), (x_test, y_test) = make_images(40, 1), make_images(60, 0)
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    np.savez(folder / "data.npz", **arrays, class_names=np.array([MARKUP, "a" * 90, "c", "d"]))
    chosen = corruptions(["gaussian_noise(sigma=0.5)", "contrast(factor=0)", LONG])
    models = ("--models", "mlp,cnn", "--strengths", "4", "--seeds", "2")
    invoke(folder, "sweep", "--data", "data.npz", *models, *chosen, "--out", "out")
    return folder / "out" / "report.html"


def many(folder):
    """Write a report on more corruptions than a page shows unfolded."""
    write_data(folder / "data.npz", count=30)
    chosen = corruptions(sorted(noiselib.registry())[:16])
    models = ("--models", "cnn", "--strengths", "2", "--seeds", "1")
    invoke(folder, "sweep", "--data", "data.npz", *models, *chosen, "--out", "out")
    return folder / "out" / "report.html"


def protocol(folder):
    write_data(folder / "data.npz", count=30)
    options = ("--models", "mlp,cnn", "--seeds", "1", "--protocol", SMALL.name)
    invoke(folder, "sweep", "--data", "data.npz", *options, "--out", "out")
    return folder / "out" / "report.html"


def diagnose(folder):
    write_data(folder / "data.npz")
    options = ("--models", "mlp,cnn", "--corruption", "gaussian_noise(sigma=0.5)")
    invoke(folder, "diagnose", "--data", "data.npz", *options, "--out", "out")
    return next((folder / "out").rglob("diagnosis.html"))


def reference(folder):
    systems = read_systems()
    found = [ReferenceResult(row, (row.reported,), 60.0, 3) for row in systems.rows]
    found += [ReferenceResult(goal, (goal.goal,) * 3, 90.0, 9) for goal in systems.goals]
    facts = {
        "command": f"reference {MARKUP}",
        "threads": 1,
        "data_digest": "d" * 64,
        "quick": False,
    }
    write_reference(reference_rows(found), systems, folder, **facts)
    return folder / "reference_systems.html"


@pytest.fixture(scope="module")
def pages(tmp_path_factory, browser):
    load, names = protocols.load, protocols.NAMES
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "load_models", find_fakes)
        patch.setattr(session, "load_predictors", start_fakes)
        # for the folder, not for the page
        quick = vars(style) | {"rendered": lambda name, _: Figure(name, b"", b"")}
        patch.setattr(curves, "style", SimpleNamespace(**quick))
        patch.setattr(protocols, "NAMES", (*names, SMALL.name))
        patch.setattr(protocols, "load", lambda name: SMALL if name == SMALL.name else load(name))
        writers = (sweep, many, protocol, diagnose, reference)
        return {
            name: write(tmp_path_factory.mktemp(name))
            for name, write in zip(PAGES, writers, strict=True)
        }


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_fits_its_screen(browser, pages, name, screen):
    browser.open(pages[name], **SCREENS[screen])
    assert browser.too_wide() == []
    unfold = "for (const part of document.querySelectorAll('details')) part.open = true"
    browser.driver.execute_script(unfold)
    assert browser.too_wide() == []
    assert browser.bad_pictures() == []
    assert browser.troubles() == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_but_itself(browser, pages, name):
    browser.open(pages[name])
    asked = [url for url in browser.requests() if not url.startswith("data:")]
    assert asked == [pages[name].as_uri()]
    assert pages[name].stat().st_size < 3_000_000


@pytest.mark.parametrize("name", PAGES)
def test_a_page_follows_a_dark_screen_but_prints_on_white(browser, pages, name):
    browser.open(pages[name], dark=True)
    assert lightness(browser.background()) < 60
    browser.command("Emulation.setEmulatedMedia", media="print", features=[])
    assert lightness(browser.background()) == 255
    assert browser.pdf().startswith(b"%PDF")
    browser.open(pages[name])
    assert lightness(browser.background()) > 200


def lightness(colour):
    """Return the mean of ``rgb(1, 2, 3)``."""
    return sum(map(int, colour.partition("(")[2].rstrip(")").split(",")[:3])) / 3


@pytest.mark.parametrize("name", PAGES)
def test_drawings_say_what_they_show(browser, pages, name):
    browser.open(pages[name])
    script = """return [...document.querySelectorAll('[role=img]')].map(
        drawing => (drawing.getAttribute('aria-label') || '').trim())"""
    labels = browser.driver.execute_script(script)
    assert all(labels)
    assert bool(labels) == (name in {"sweep", "many"})


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere_on_the_page(browser, pages, name):
    browser.open(pages[name])
    script = """return [...document.links].map(link => [link.getAttribute('href'),
        link.hash !== '' && document.getElementById(link.hash.slice(1)) !== null])"""
    links = browser.driver.execute_script(script)
    assert len(links) >= 2
    assert [href for href, found in links if not found] == []


def test_a_link_of_the_overview_unfolds_what_it_leads_to(browser, pages):
    browser.open(pages["many"])
    shown = """const [link] = document.querySelectorAll('.heat a');
        const panel = document.getElementById(link.hash.slice(1));
        if (arguments[0]) link.click();
        return panel.checkVisibility({contentVisibilityAuto: true})"""
    assert not browser.driver.execute_script(shown, False)
    browser.driver.execute_script(shown, True)
    assert browser.driver.execute_script(shown, False)


def test_the_browser_tests_tell_a_bad_page(browser, tmp_path):
    page = tmp_path / "bad.html"
    page.write_text(
        '<!DOCTYPE html><meta name="viewport" content="width=device-width">'
        '<link rel="icon" href="data:,"><div style="width: 500px">wide</div>'
        '<img src="http://example.com/a.png" alt=""><script>console.error("oh")</script>'
    )
    browser.open(page, width=390)
    troubles = " ".join(browser.troubles())
    for words in ("oh", "failed: net::ERR_NAME_NOT_RESOLVED", "asked for http://example.com/a.png"):
        assert words in troubles
    assert browser.bad_pictures()
    assert browser.too_wide()
