"""The page Play in a browser: what a visitor sees and does."""

import base64
import io
from urllib.parse import parse_qs, urlsplit

import numpy as np
from explorer_server import wait_for
from PIL import Image

from studies.explorer.view import parse_source


def read_image(uri):
    """Return the pixels of an image in a data URI."""
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as file:
        return np.asarray(file)


class PlayTab:
    """A tab of a browser with the page Play of a server."""

    def __init__(self, browser, server):
        self._browser = browser
        self._server = server
        self.driver = browser.driver

    def open(self, query="", **window):
        self._browser.open(f"{self._server.address}/{query}", **window)
        self.settle()
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def settle(self):
        """Wait until the curves of both models are shown."""
        count = "return document.querySelectorAll('svg.confidence-curve').length"
        wait_for(lambda: self.run(count) == 2)

    def uri(self, name="corrupted"):
        """Return the data URI of an image."""
        return self.run(f"return document.querySelector('.picture.{name} img')?.src")

    def pixels(self, name="corrupted"):
        return read_image(self.uri(name))

    def drawing(self, data):
        """Return the address and the corrupted image; None while they are of different drawings.

        A stroke is sent while it grows, and the address changes a little later than the images.
        """
        address, clean, corrupted = self.run(
            "return [location.href, ...['clean', 'corrupted'].map("
            "name => document.querySelector(`.picture.${name} img`).src)]"
        )
        (text,) = parse_qs(urlsplit(address).query).get("image", ["test-0"])  # not written yet
        source = parse_source(text, len(data.test_images), data.image_shape)
        same = source.origin == "drawn" and read_image(clean).tobytes() == source.pixels
        return (address, corrupted) if same else None

    def bars(self):
        return self.run(
            "return [...document.querySelectorAll('.bar-value')].map(bar => bar.textContent)"
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
            "const label = element => element.ariaLabel ?? element.innerText.trim();"
            "[...document.querySelectorAll('button, [role=tab]')].find(element => "
            "label(element).endsWith(arguments[0])).click()",
            label,
        )

    def write(self, selector, text):
        self.run(
            "const field = document.querySelector(arguments[0]); field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', {bubbles: true}))",
            selector,
            text,
        )

    def wait_for_change(self, before, what="the image"):
        wait_for(lambda: self.uri() not in {before, None}, what=what)

    def wait_for_address(self, part):
        """Wait until the address contains a text, and return it."""
        wait_for(lambda: part in self.driver.current_url, what=f"{part} in the address")
        return self.driver.current_url

    def stroke(self, points, *, touch):
        """Draw a line through points of the field, by touch or with the mouse."""
        left, top, side = self.run(
            "const field = document.querySelector('.sketchpad'); field.scrollIntoView();"
            "const box = field.getBoundingClientRect(); return [box.left, box.top, box.width]"
        )
        places = [(left + x * side, top + y * side) for x, y in points]
        steps = [("Start", "Pressed"), *[("Move", "Moved")] * (len(places) - 1)]
        for (finger, mouse), (x, y) in zip(steps, places, strict=True):
            if touch:
                self._touch(finger, [{"x": x, "y": y}])
            else:
                self._mouse(mouse, x, y)
        if touch:
            self._touch("End", [])
        else:
            self._mouse("Released", *places[-1])

    def _touch(self, kind, points):
        self._browser.command("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=points)

    def _mouse(self, kind, x, y):
        button = {"button": "left", "buttons": 1, "clickCount": 1}
        self._browser.command("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, **button)

    def upload(self, path):
        self.press("Upload")
        field = wait_for(
            lambda: self.driver.find_elements("css selector", "input[type=file]"), what="the field"
        )
        field[0].send_keys(str(path))
