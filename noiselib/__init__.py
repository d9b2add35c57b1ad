"""Seeded, composable corruptions of image batches, with numpy and scipy alone.

Quick start::

    import noiselib

    corrupt = noiselib.parse("rotation(degrees=15) | gaussian_noise(sigma=0.2)")
    for first in range(0, len(images), 256):  # the result does not depend on the batches
        noisy = corrupt(images[first : first + 256], seed=1, ids=first)
    half = corrupt.at(0.5)  # the same random draws at half the strength
"""

from typing import TYPE_CHECKING

from noiselib.catalogue import registry as registry
from noiselib.choices import one_of as one_of
from noiselib.choices import sometimes as sometimes
from noiselib.choices import vary as vary
from noiselib.corruption import Corruption as Corruption
from noiselib.fields import Axis as Axis
from noiselib.fields import parameter as parameter
from noiselib.fields import strength as strength
from noiselib.spec import SpecError as SpecError
from noiselib.spec import parse as parse
from noiselib.traits import Trait as Trait
from noiselib.transform import Pipeline as Pipeline
from noiselib.transform import Transform as Transform
from noiselib.transform import identity as identity

if TYPE_CHECKING:  # type checkers read the families; at run time __getattr__ imports them late
    from noiselib.corruptions.blur import *
    from noiselib.corruptions.colour import *
    from noiselib.corruptions.digital import *
    from noiselib.corruptions.elastic import *
    from noiselib.corruptions.geometric import *
    from noiselib.corruptions.noise import *
    from noiselib.corruptions.occlusion import *
    from noiselib.corruptions.photometric import *
    from noiselib.corruptions.weather import *
else:  # hidden from type checkers, for which it would make every name legal

    def __getattr__(name: str) -> type[Corruption]:
        """Return the registered corruption of this class name."""
        classes = {}
        if not name.startswith("_"):
            classes = {cls.__name__: cls for cls in registry().values()}
        if name in classes:
            return classes[name]
        from noiselib.spec import suggestion

        hint = suggestion(name, [*classes, *(one for one in globals() if one[0] != "_")])
        message = f"module {__name__!r} has no attribute {name!r}{hint}"
        raise AttributeError(message, name=name, obj=None)  # else Python adds a second suggestion

    def __dir__() -> list[str]:
        return [*globals(), *(cls.__name__ for cls in registry().values())]
