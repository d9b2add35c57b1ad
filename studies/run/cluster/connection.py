"""Connection to a Dask cluster: one that is started here, or one that runs already."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from studies.core.errors import StudyError
from studies.run.engine import describe

if TYPE_CHECKING:
    from distributed import Client


MAX_WORKERS = 1024

SCHEDULER_TIMEOUT = 5.0
"""Seconds that a scheduler gets to answer."""

_SETTINGS = {
    # TensorFlow hangs in a process that was forked from one where it runs.
    "distributed.worker.multiprocessing-method": "spawn",
    # A task goes to another worker once; after that, its cells are computed in isolated processes,
    # which shows for certain which of them ends its process.
    "distributed.scheduler.allowed-failures": 1,
    # Models and images are sent once, as tasks, so that they are computed again where a worker
    # that held them dies; Dask recommends scattering, which loses them.
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    # After this time Dask gives up a worker that happens to be dead then as well.
    "distributed.deploy.lost-worker-timeout": "1h",
    # Dask monitors itself closely by default, which costs a tenth of a core.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    # The messages of dying workers are noise: they are reported as failed cells.
    "logging.distributed": "critical",
}


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """Which workers compute the cells of a sweep; it changes none of their bytes.

    Attributes
    ----------
    workers : int, optional
        Number of processes to start here, where there is no scheduler.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``.
    """

    workers: int | None = None
    scheduler: str | None = None

    def check(self) -> None:
        """Make sure that the settings are valid, Dask is installed and the scheduler answers.

        Raises
        ------
        StudyError
            When that is not the case.
        """
        if self.workers is not None and self.scheduler is not None:
            raise StudyError(
                "give either --workers, to start processes here, or --scheduler, the address of a "
                "Dask cluster that runs already, not both"
            )
        if self.workers is not None and not 1 <= self.workers <= MAX_WORKERS:
            raise StudyError(f"--workers must lie in [1, {MAX_WORKERS}], got {self.workers}")
        try:
            import distributed  # noqa: F401 - to see whether it is installed
        except ModuleNotFoundError as error:
            raise StudyError(
                f"workers need {error.name}, which is not installed; it comes with the extra "
                "'cluster': python -m pip install -e \".[app,cluster]\""
            ) from None
        if self.scheduler is not None:
            check_scheduler(self.scheduler)


@contextmanager
def connect(config: ClusterConfig) -> Iterator["Client"]:
    """Start workers, or connect to a scheduler; what was started is ended afterwards.

    Raises
    ------
    StudyError
        When there can be no workers.
    """
    config.check()
    import dask
    from distributed import Client, LocalCluster

    with dask.config.set(_SETTINGS), _silent_logs(), ExitStack() as stack:
        try:
            with _without_interrupts():
                cluster = config.scheduler or stack.enter_context(
                    LocalCluster(  # type: ignore[no-untyped-call]  # Dask's
                        n_workers=0,
                        threads_per_worker=1,
                        processes=True,
                        dashboard_address="127.0.0.1:0",  # any free port; with None it must be 8787
                        silence_logs=logging.CRITICAL,
                    )
                )
                client = stack.enter_context(
                    Client(  # type: ignore[no-untyped-call]  # Dask's
                        cluster, timeout=SCHEDULER_TIMEOUT, set_as_default=False
                    )
                )
        except (OSError, RuntimeError) as error:
            failed = "the scheduler was lost" if config.scheduler else "workers cannot be started"
            raise StudyError(f"{failed}: {describe(error)}") from None
        if config.scheduler is None:
            client.cluster.scale(config.workers)
        yield client


def restart_workers(client: "Client") -> None:
    """Start those workers of a local cluster again that Dask has given up.

    Dask itself restarts a worker when it dies, but not any number of times.
    """
    from distributed.core import Status

    cluster = client.cluster
    if cluster is None:  # a cluster that was not started here
        return

    async def forget() -> None:
        for name, nanny in list(cluster.workers.items()):
            if nanny.status in {Status.closed, Status.failed}:
                del cluster.workers[name]

    cluster.sync(forget)
    cluster.scale(len(cluster.worker_spec))


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Block Ctrl-C for a moment, also in the threads and processes that start meanwhile.

    So Ctrl-C in a terminal ends the sweep, which then ends its workers in order.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # started later, it would not block the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _silent_logs() -> Iterator[None]:
    """Suppress what Dask logs in this process."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def check_scheduler(address: str) -> None:
    """Make sure that a Dask scheduler answers; `distributed.Client` can wait without end.

    Parameters
    ----------
    address : str
        Such as ``tcp://host:8786``.

    Raises
    ------
    StudyError
        When the address is invalid, nothing answers within `SCHEDULER_TIMEOUT`, or what answers is
        no scheduler.
    """
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in {"tcp", "tls"} or not host or not port:
        raise StudyError(
            f"a scheduler's address reads tcp://host:8786 (or tls://host:8786), got {address!r}"
        )
    try:
        socket.create_connection((host, port), timeout=SCHEDULER_TIMEOUT).close()
    except OSError as error:
        reason = "no answer" if isinstance(error, TimeoutError) else (error.strerror or error)
        raise StudyError(
            f"the scheduler {address} cannot be reached ({reason}); start one with "
            "`dask scheduler`, or compute here with --workers"
        ) from None
    try:
        role = asyncio.run(asyncio.wait_for(_role(address), SCHEDULER_TIMEOUT))
    except Exception as error:  # whatever the answer of another server makes Dask raise
        role = describe(error)
    if role != "Scheduler":
        raise StudyError(f"{address} does not answer as a Dask scheduler does ({role})")


async def _role(address: str) -> str:
    from distributed.core import rpc
    from distributed.security import Security

    arguments = Security().get_connection_args("client")  # type: ignore[no-untyped-call]  # Dask's
    server = rpc(address, connection_args=arguments)  # type: ignore[no-untyped-call]  # Dask's
    async with server:
        return str((await server.identity())["type"])
