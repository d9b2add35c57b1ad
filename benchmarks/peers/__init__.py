"""The packages that noiselib is measured beside, one adapter a file.

An adapter has a function ``load()`` that imports its package and gives a `Peer`. Its parameters
are read from the corruption at hand, so that all do the same work; what cannot be made the same is
said in the adapter's docstring.
"""

from benchmarks.peers.peer import Peer, load_peers

__all__ = ["Peer", "load_peers"]
