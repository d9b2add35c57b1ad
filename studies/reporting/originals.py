"""The images of a study as its data set has them: a results folder keeps only the first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.stored_images import Images, first_images
from studies.plan import Condition
from studies.run.engine import corruption_of
from studies.store.records import Subject

if TYPE_CHECKING:
    from studies.config.study import Study

__all__ = ["Images", "Originals", "find_originals"]


@dataclass(frozen=True, slots=True)
class Originals:
    """The images ``(n, h, w, c)``, in memory or in files, or None and the reason in a few words."""

    images: Images | None
    reason: str = ""

    def shown(self, number: int, condition: Condition, first: int) -> npt.NDArray[np.uint8] | None:
        """Return one image as the models saw it, ``(h, w)`` or ``(h, w, 3)``.

        Parameters
        ----------
        number
            Its place in the study's images.
        condition
            What happened to it.
        first
            The number of the study's first image.
        """
        if self.images is None:
            return None
        image = np.asarray(self.images[number : number + 1])
        seen: npt.NDArray[np.uint8] = corruption_of(condition)(image, first + number)[0]
        return seen if seen.shape[2] == 3 else np.rint(seen.mean(axis=2)).astype(np.uint8)


def find_originals(study: "Study", subject: Subject) -> Originals:
    """Load the data set of a study again, for its pictures.

    The numbers do not need it, so that a results folder can be reported on where the data is not;
    then there are no pictures, and the reason takes their place.
    """
    from models.data import DataError, load

    try:
        data = load(study.data)
    except DataError as error:
        return Originals(None, str(error))
    if data.digest != subject.images.digest:
        return Originals(None, f"{study.data} has other images now than when it was swept")
    return Originals(first_images(data.test_images, subject.images.count))
