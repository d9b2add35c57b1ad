"""Whether a Dask scheduler is where it is said to be."""

import asyncio
import socket
from urllib.parse import urlsplit

from studies.core.errors import StudyError
from studies.engine import describe

PATIENCE = 5.0
"""Seconds that a scheduler gets to answer."""


def reach(address: str) -> None:
    """Ask a scheduler who it is; `distributed.Client` would wait for ever for some answers.

    Parameters
    ----------
    address
        As ``tcp://host:8786``.

    Raises
    ------
    StudyError
        When the address is none, nobody answers within `PATIENCE`, or no scheduler does.
    """
    host, port = _host_and_port(address)
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError as error:
        reason = "no answer" if isinstance(error, TimeoutError) else (error.strerror or error)
        raise StudyError(
            f"the scheduler {address} cannot be reached ({reason}); start one with "
            "`dask scheduler`, or compute here with --workers"
        ) from None
    try:
        kind = asyncio.run(asyncio.wait_for(_kind(address), PATIENCE))
    except Exception as error:  # whatever a foreign server's words make Dask raise
        kind = describe(error)
    if kind != "Scheduler":
        raise StudyError(f"{address} does not answer as a Dask scheduler does ({kind})")


async def _kind(address: str) -> str:
    from distributed.core import rpc
    from distributed.security import Security

    arguments = Security().get_connection_args("client")  # type: ignore[no-untyped-call]  # Dask's
    server = rpc(address, connection_args=arguments)  # type: ignore[no-untyped-call]  # Dask's
    async with server:
        return str((await server.identity())["type"])


def _host_and_port(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in {"tcp", "tls"} or not host or not port:
        raise StudyError(
            f"a scheduler's address reads tcp://host:8786 (or tls://host:8786), got {address!r}"
        )
    return host, port
