"""A headless Chromium without a network, and the errors of a page in it."""

import base64
import json
import os
import shutil

import pytest

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # containers have no user namespaces
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--force-prefers-reduced-motion",  # text that fades in is not visible at first
    "--disable-background-networking",
    "--disable-component-update",
    # Only this machine can be reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
HERE = ("file://", "data:", "blob:", "about:")
LOCAL = ("http://127.0.0.1", "http://localhost", "ws://127.0.0.1", "ws://localhost")

WIDER = """
const wide = [];
for (const element of document.body.querySelectorAll('*')) {
  let inside = false;
  for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
    inside ||= getComputedStyle(box).overflowX !== 'visible';
  const right = element.getBoundingClientRect().right;
  if (!inside && right > arguments[0] + 1)
    wide.push(`${element.tagName}.${element.className} ends at ${Math.round(right)}`);
}
const whole = document.documentElement.scrollWidth;
if (whole > arguments[0] + 1) wide.push(`the page is ${whole} wide`);
return wide.slice(0, 5);
"""
PICTURES = """
const done = arguments[0];
const images = [...document.images];
for (const image of images) image.loading = 'eager';
Promise.allSettled(images.map(image => image.decode())).then(() => done(images
  .filter(image => !image.alt.trim() || !image.complete || !image.naturalWidth)
  .map(image => `alt "${image.alt.slice(0, 60)}", ${image.naturalWidth} px, ` +
    image.src.slice(0, 40))));
"""

VISIBLE = """
const [selector] = arguments, found = [];
if (selector.startsWith('//')) {
  const nodes = document.evaluate(selector, document, null, XPathResult.ORDERED_NODE_ITERATOR_TYPE);
  for (let node; (node = nodes.iterateNext()); ) found.push(node);
} else found.push(...document.querySelectorAll(selector));
const how = {opacityProperty: true, visibilityProperty: true};
return found.filter(node => node.checkVisibility(how) && node.getClientRects().length);
"""


class Browser:
    """One page at a time in Chromium; ``driver`` is that of Selenium."""

    def __init__(self, driver):
        self.driver = driver
        self._width = 0
        self._requests: list[str] = []
        self._failed: list[str] = []

    def open(self, address, *, width=1200, height=900, dark=False):
        """Open a path or an address in a window of this size; below 600 px, as on a phone."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.command("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.driver.get("about:blank")
        for log in ("performance", "browser"):
            self.driver.get_log(log)
        self._width, self._requests, self._failed = width, [], []
        self.driver.get(address.as_uri() if hasattr(address, "as_uri") else address)
        from selenium.webdriver.support.ui import WebDriverWait

        # On a busy machine, get() may return before a large page is complete.
        complete = "return document.readyState === 'complete'"
        WebDriverWait(self.driver, 60, 0.05).until(lambda driver: driver.execute_script(complete))

    def command(self, name, **arguments):
        """Send a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def visible(self, selector):
        """Return the elements of a CSS selector or an XPath that are visible now."""
        return self.driver.execute_script(VISIBLE, selector)

    def press(self, selector, at=0):
        """Click a visible element, by its place among them, as soon as it can be clicked."""
        from selenium.common import exceptions
        from selenium.webdriver.support.ui import WebDriverWait

        transient = (
            IndexError,  # not there yet
            exceptions.StaleElementReferenceException,
            exceptions.ElementNotInteractableException,
            exceptions.ElementClickInterceptedException,  # another one covers it
        )

        def click(driver):
            element = self.visible(selector)[at]
            driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            return True

        WebDriverWait(self.driver, 30, 0.05, transient).until(click, f"{selector} to be clicked")

    def text(self, selector):
        """Return the text of the first element of a CSS selector, or nothing without one."""
        script = "return document.querySelector(arguments[0])?.innerText ?? ''"
        return self.driver.execute_script(script, selector)

    def requests(self):
        """Return the addresses requested since the page was opened, data: included."""
        self._read()
        return list(self._requests)

    def troubles(self, *, local=False):
        """Return the errors since the page was opened.

        These are errors in the console, failed requests, and requests for anything except files
        and, with ``local``, servers on this machine.
        """
        self._read()
        allowed = HERE + (LOCAL if local else ())
        outside = [f"asked for {url}" for url in self._requests if not url.startswith(allowed)]
        logged = self.driver.get_log("browser")
        errors = [entry["message"] for entry in logged if entry["level"] in {"SEVERE", "WARNING"}]
        return errors + self._failed + outside

    def too_wide(self):
        """Return the elements that are wider than the window, except in boxes that scroll."""
        return self.driver.execute_script(WIDER, self._width)

    def bad_pictures(self):
        """Return the images that do not load or have no alternative text."""
        return self.driver.execute_async_script(PICTURES)

    def background(self):
        """Return the background colour of the page."""
        return self.driver.execute_script("return getComputedStyle(document.body).backgroundColor")

    def screenshot(self, path, *, whole=True):
        """Write the page, or the window only, as PNG."""
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(picture["data"]))

    def pdf(self):
        """Return the page as printed on A4."""
        printed = self.command("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)
        return base64.b64decode(printed["data"])

    def _read(self):
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                self._requests.append(event["params"]["request"]["url"])
            elif event["method"] == "Network.webSocketCreated":
                self._requests.append(event["params"]["url"])
            elif event["method"] == "Network.loadingFailed" and not event["params"].get("canceled"):
                self._failed.append(f"failed: {event['params']['errorText']}")


def start():
    """Yield a Browser; without Chromium, skip the test, or fail it if REQUIRE_BROWSER=1."""
    missing = [
        name
        for name, found in {
            "Chromium": any(map(shutil.which, CHROMIUMS)),
            "chromedriver": shutil.which("chromedriver"),
        }.items()
        if not found
    ]
    if missing:
        stop = pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip
        stop(f"needs a browser, but {' and '.join(missing)} cannot be found")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = next(filter(None, map(shutil.which, CHROMIUMS)))
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.set_script_timeout(60)
        yield Browser(driver)
    finally:
        driver.quit()
