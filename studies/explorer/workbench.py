"""Computes what is seen of a view, and the strength at which each model loses the image."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

import noiselib
from noiselib import Transform
from studies.explorer.context import Context
from studies.explorer.frame import LOOKED_AT, Frame, measure_frame
from studies.explorer.seen import Course, Image, Seen, Shares, answer_of, course_of
from studies.explorer.view import Source, View

FINE, COARSE = 100, 20
"""Steps of the strength that are tried, for images up to `SMALL` values and for larger ones."""

SMALL = 64 * 64 * 3
KEPT = 64
"""Paths remembered: of each, the probabilities at every step and no pictures."""


class Superseded(Exception):  # noqa: N818 - no error: something newer is wanted
    """A computation that nobody waits for any more."""


class Workbench:
    """Computes views on one context; from any number of threads.

    Parameters
    ----------
    context
        Ready data and models.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shape = context.data.image_shape
        self.steps = FINE if math.prod(self._shape) <= SMALL else COARSE
        self._frame: Frame | None = None
        self._remembered = lru_cache(maxsize=KEPT)(_Slot)

    @property
    def frame(self) -> Frame:
        """How the training images lie in their frame."""
        if self._frame is None:
            self._frame = measure_frame(self._context.data.train_images[:LOOKED_AT])
        return self._frame

    def first_view(self) -> View:
        """Return what to look at when nothing is said."""
        return View(Source("test", 0), "gaussian_noise(sigma=0.5)", 0.5, 0)

    def image(self, source: Source) -> Image:
        """Return the clean image (h, w, c) of a source."""
        if source.origin == "test":
            image: Image = self._context.data.test_images[source.number]
            return image
        return np.frombuffer(source.pixels, np.uint8).reshape(self._shape)

    def truth(self, source: Source) -> int | None:
        """Return the class of a test image; None for pictures that somebody brought."""
        if source.origin != "test":
            return None
        return int(self._context.data.test_labels[source.number])

    def corrupted(self, view: View, transform: Transform) -> Image:
        """Return the image of a view, corrupted, with the bytes of a sweep."""
        image = self.image(view.source)[None]
        spoilt: Image = transform.at(view.t)(image, seed=view.seed, ids=view.source.number)[0]
        return spoilt

    def look(self, view: View, transform: Transform) -> Seen:
        """Return what is seen of a view.

        Parameters
        ----------
        view
            What to look at.
        transform
            Its corruption, read.
        """
        clean, spoilt = self.image(view.source), self.corrupted(view, transform)
        truth = self.truth(view.source)
        known = self._slot(view, transform).shares
        step = view.t * self.steps
        if known is not None and step == round(step):
            shares = {model: values[round(step)] for model, values in known.items()}
        else:
            shares = {name: rows[0] for name, rows in self._context.predict(spoilt[None]).items()}
        answers = (answer_of(model, values, truth) for model, values in shares.items())
        return Seen(clean, spoilt, truth, tuple(answers))

    def courses(
        self, view: View, transform: Transform, wanted: Callable[[], bool] = lambda: True
    ) -> tuple[Course, ...]:
        """Return how each model fares from no strength to all of it; remembered.

        Parameters
        ----------
        view
            Its image and seed; the strength does not matter.
        transform
            Its corruption, read.
        wanted
            Asked now and then; once it says no, the work is dropped.

        Raises
        ------
        Superseded
            When it is dropped.
        """
        slot = self._slot(view, transform)
        if slot.shares is None:
            slot.shares = self._along(view, transform, wanted)
        truth = self.truth(view.source)
        return tuple(course_of(name, values, truth) for name, values in slot.shares.items())

    def _along(
        self, view: View, transform: Transform, wanted: Callable[[], bool]
    ) -> dict[str, Shares]:
        """Return each model's probabilities (steps + 1, classes) along the path."""
        image = self.image(view.source)[None]
        pictures = []
        for step in range(self.steps + 1):
            if not wanted():
                raise Superseded
            at = transform.at(step / self.steps)
            pictures.append(at(image, seed=view.seed, ids=view.source.number))
        if not wanted():
            raise Superseded
        return self._context.predict(np.concatenate(pictures))

    def _slot(self, view: View, transform: Transform) -> "_Slot":
        """Return where the path of a view is remembered."""
        return self._remembered(view.source, str(transform), view.seed)


class _Slot:
    """What is remembered of one path, once it is known."""

    def __init__(self, source: Source, spec: str, seed: int) -> None:
        del source, spec, seed  # they are what it is found by
        self.shares: dict[str, Shares] | None = None


def read_spec(text: str) -> Transform:
    """Read the corruption of a view.

    Raises
    ------
    noiselib.SpecError
        With what is wrong, in one sentence.
    """
    return noiselib.parse(text)
