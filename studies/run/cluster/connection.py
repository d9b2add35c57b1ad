"""Where workers are: processes that are started here, or a Dask cluster that runs already."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from studies.core.errors import StudyError
from studies.run.engine import describe

if TYPE_CHECKING:
    from distributed import Client, LocalCluster


MOST_WORKERS = 1024

_SETTINGS = {
    # TensorFlow hangs in a process that was forked from one where it runs.
    "distributed.worker.multiprocessing-method": "spawn",
    # A task goes to another worker once. Then its cells are computed one by one in processes of
    # their own, which tells for certain which of them ends its process.
    "distributed.scheduler.allowed-failures": 1,
    # Models and images are sent once, as tasks, so that they are computed again where a worker
    # that held them dies; Dask would have them scattered, which loses them.
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    # So long after a worker's death Dask gives it up, if it happens to be dead then as well.
    "distributed.deploy.lost-worker-timeout": "1h",
    # Dask watches itself closely by default, which costs a tenth of a core.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    # What a worker prints of its own death is noise: deaths are told as failed cells.
    "logging.distributed": "critical",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cells of a sweep are computed; it changes none of their bytes.

    Parameters
    ----------
    workers
        Processes to start here, where there is no scheduler.
    scheduler
        Address of a Dask scheduler, as ``tcp://host:8786``.
    """

    workers: int = 1
    scheduler: str | None = None

    def check(self) -> None:
        """Make sure that Dask is installed and the scheduler can be reached, before a long wait.

        Raises
        ------
        StudyError
            When it is not.
        """
        _require_dask()
        if self.scheduler is not None:
            reach(self.scheduler)


def place_of(workers: int | None, scheduler: str | None) -> Place | None:
    """Return the place that was asked for: None is this process, without workers.

    Parameters
    ----------
    workers
        Processes to start here, 1 to 1024, or None.
    scheduler
        Address of a Dask scheduler, as ``tcp://host:8786``, or None.

    Raises
    ------
    StudyError
        When both are given, or the number is out of range.
    """
    if workers is not None and scheduler is not None:
        raise StudyError(
            "give either --workers, to start processes here, or --scheduler, the address of a Dask "
            "cluster that runs already, not both"
        )
    if scheduler is not None:
        return Place(scheduler=scheduler)
    if workers is None:
        return None
    if not 1 <= workers <= MOST_WORKERS:
        raise StudyError(f"--workers must lie in [1, {MOST_WORKERS}], got {workers}")
    return Place(workers)


@contextmanager
def connected(place: Place) -> Iterator["Client"]:
    """Start workers, or connect to a scheduler that has some; whatever was started is ended.

    Raises
    ------
    StudyError
        When no worker can be had.
    """
    _require_dask()
    import dask

    with dask.config.set(_SETTINGS), _quiet():
        if place.scheduler is not None:
            reach(place.scheduler)
            with _client(place.scheduler) as client:
                yield client
            return
        with _without_interrupts():
            cluster = _local_cluster()
        with cluster, _client(cluster) as client:
            cluster.scale(place.workers)  # type: ignore[no-untyped-call]  # Dask's
            yield client


def revive(client: "Client") -> None:
    """Start those workers of this machine again that Dask has given up.

    Dask itself starts a worker again when it dies, but not without end.
    """
    from distributed.core import Status

    cluster = client.cluster
    if cluster is None:  # somebody else's
        return

    async def forget() -> None:
        for name, keeper in list(cluster.workers.items()):
            if keeper.status in {Status.closed, Status.failed}:
                del cluster.workers[name]

    cluster.sync(forget)
    cluster.scale(len(cluster.worker_spec))


def _local_cluster() -> "LocalCluster":
    """Start a scheduler in this process, still without workers."""
    from distributed import LocalCluster

    try:
        return LocalCluster(  # type: ignore[no-untyped-call]  # Dask's
            n_workers=0,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",  # any free port; with None it must be 8787
            silence_logs=logging.CRITICAL,
        )
    except (OSError, RuntimeError) as error:
        raise StudyError(f"workers cannot be started here: {describe(error)}") from None


@contextmanager
def _client(cluster: "LocalCluster | str") -> Iterator["Client"]:
    from distributed import Client

    try:
        with _without_interrupts():
            client = Client(  # type: ignore[no-untyped-call]  # Dask's
                cluster, timeout=PATIENCE, set_as_default=False
            )
    except (OSError, RuntimeError) as error:
        raise StudyError(f"the scheduler was lost: {describe(error)}") from None
    with client:
        yield client


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Put off Ctrl-C for a moment; threads and processes that come of it never get it.

    So Ctrl-C in a terminal ends the sweep, which then ends its workers in order.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # later, it would let the signal through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _require_dask() -> None:
    try:
        import distributed  # noqa: F401 - to see whether it is there
    except ModuleNotFoundError as error:
        raise StudyError(
            f"workers need {error.name}, which is not installed; it comes with the extra "
            "'cluster': python -m pip install -e \".[app,cluster]\""
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Dask logs to itself, in this process."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


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
