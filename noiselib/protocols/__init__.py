"""Published severity tables, as specs that apply to images of any size.

`noiselib.protocols.load("mnist_c")` maps each published name to an entry whose `levels` are specs
for `noiselib.parse`. The tables are data, one file for each protocol; a new file needs no entry
anywhere else.
"""

from importlib import import_module
from pkgutil import iter_modules

from noiselib.protocols.entry import Entry as Entry
from noiselib.protocols.entry import Protocol as Protocol

NAMES = tuple(sorted(module.name for module in iter_modules(__path__) if module.name != "entry"))
"""The protocols: every file of this folder but the classes they are made of."""


def load(name: str) -> Protocol:
    """Return a protocol by name.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Returns
    -------
    Protocol
        The entries by published name.

    Raises
    ------
    ValueError
        If no protocol has this name.

    Examples
    --------
    >>> load("imagenet_c")["gaussian_noise"].levels[0]
    'gaussian_noise(sigma=0.08)'
    """
    if name not in NAMES:
        raise ValueError(f"no protocol is called {name!r}; choose from {', '.join(NAMES)}")
    protocol: Protocol = import_module(f"noiselib.protocols.{name}").PROTOCOL
    return protocol
