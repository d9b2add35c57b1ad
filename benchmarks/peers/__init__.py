"""The packages that noiselib is compared with, one adapter in each file.

An adapter has a function ``load()`` that imports its package and returns a `Peer`. Parameters are
read from the corruption that is measured, so that all packages do the same work; the docstring of
each adapter lists the remaining differences.
"""

from benchmarks.peers.peer import Peer, load_peers

__all__ = ["Peer", "load_peers"]
