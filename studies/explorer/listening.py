"""Where the server listens: on this machine alone, unless somebody asks for more."""

import errno
import ipaddress
import socket
from contextlib import closing

from studies.core.errors import StudyError

TRIED = 20
"""Ports looked at, to name one that is free."""


def is_loopback(host: str) -> bool:
    """Tell whether nobody outside this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def free_port(host: str, port: int) -> int:
    """Return a port that can be listened on: this one, or for 0 any that is free.

    Raises
    ------
    StudyError
        When the port is taken, with one that is not; when the address is none of this machine's.
    """
    found = _try(host, port)
    if found is not None:
        return found
    others = (other for other in range(port + 1, min(port + TRIED, 65_536)) if _try(host, other))
    other = next(others, 0)
    raise StudyError(
        f"port {port} is in use; if that is an explorer, open http://{host}:{port}, "
        f"and if not, type --port {other}" + ("" if other else " for any free one")
    )


def _try(host: str, port: int) -> int | None:
    """Return the port if it can be listened on; None if it is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return None
        raise StudyError(
            f"cannot listen on {host} port {port}: {error.strerror}; the address of this machine "
            "alone is 127.0.0.1, and ports below 1024 often need more rights"
        ) from None
