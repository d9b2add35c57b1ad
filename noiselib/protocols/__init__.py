"""Published severity tables, as specs that run on any image size.

`noiselib.protocols.load("mnist_c")` maps each published name to an entry whose `levels` are specs
for `noiselib.parse`. The tables are data, one file a protocol.
"""

from importlib import import_module

from noiselib.protocols.entry import Entry as Entry
from noiselib.protocols.entry import Protocol as Protocol

NAMES = ("mnist_c", "imagenet_c", "cifar_c", "tiny_imagenet_c")


def load(name: str) -> Protocol:
    """Give a protocol by name.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Raises
    ------
    ValueError
        For any other name.

    Examples
    --------
    >>> load("imagenet_c")["gaussian_noise"].levels[0]
    'gaussian_noise(sigma=0.08)'
    """
    if name not in NAMES:
        raise ValueError(f"no protocol is called {name!r}; known are {', '.join(NAMES)}")
    protocol: Protocol = import_module(f"noiselib.protocols.{name}").PROTOCOL
    return protocol
