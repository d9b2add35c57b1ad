"""What depends on the array library under Keras: starting, device, threads, bits, versions."""

import contextlib
import importlib.metadata
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Iterator

PACKAGES = ("keras", "numpy", "tensorflow", "tensorflow-cpu", "jax", "torch")


class BackendError(RuntimeError):
    """A setting that came too late for the array library."""


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Hold back what native libraries write to standard error while they are first imported.

    TensorFlow writes notices on its build to file descriptor 2 before any of its log levels is
    read. They are dropped when the block ends well and written out when it raises. Keep the block
    to the import: nothing else can write there meanwhile.

    Its warning of retracing is held back for good: each model of a study is traced once, and
    TensorFlow takes the fifth for the fifth time.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_is_not_of_retracing)
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _is_not_of_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()


def name() -> str:
    """Return the array library that Keras runs on: tensorflow, jax or torch."""
    import keras

    return str(keras.backend.backend())


def gpu() -> str | None:
    """Return what the GPU that the array library computes on is called, or None on a CPU."""
    from models import devices

    return {"tensorflow": devices.of_tensorflow, "jax": devices.of_jax, "torch": devices.of_torch}[
        name()
    ]()


def describe_device() -> str:
    """Return where the array library computes, as ``GPU NVIDIA L4`` or ``the CPU, 2 threads``."""
    found, count = gpu(), threads()
    return f"the CPU, {count} thread{'s' * (count > 1)}" if found is None else f"GPU {found}"


def pin_threads(count: int) -> int:
    """Set how many threads the array library computes with, and return how many it will use.

    tensorflow
        Both pools (within and between operations) are set. They are fixed with the first
        computation, so call this before any; asking later for what already holds is fine.
    torch
        The threads within operations are set, at any time.
    jax
        There is no such setting: it uses the processors that the process may run on, and that
        number is returned. Restrict it from outside, for example with ``taskset``.

    Parameters
    ----------
    count
        Threads, at least 1.

    Returns
    -------
    int
        The threads in effect, to be recorded with the results.

    Raises
    ------
    ValueError
        When `count` is below 1.
    BackendError
        When tensorflow has computed already, with another number of threads.
    """
    if count < 1:
        raise ValueError(f"threads must be at least 1, got {count}")
    backend = name()
    if backend == "tensorflow":
        _pin_tensorflow(count)
    elif backend == "torch":
        import torch  # type: ignore[import-not-found,unused-ignore]  # one of three backends

        torch.set_num_threads(count)
    return threads()


def threads() -> int:
    """Return how many threads the array library computes with."""
    backend = name()
    if backend == "torch":
        import torch

        return int(torch.get_num_threads())
    if backend == "tensorflow":
        import tensorflow as tf

        pinned = int(tf.config.threading.get_intra_op_parallelism_threads())
        return pinned or processors()
    return processors()


def processors() -> int:
    """Return how many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # Linux; elsewhere a process has them all
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pin_tensorflow(count: int) -> None:
    """Set both thread pools of tensorflow."""
    import tensorflow as tf

    threading = tf.config.threading
    within = threading.get_intra_op_parallelism_threads() or processors()
    between = threading.get_inter_op_parallelism_threads() or processors()
    if within == between == count:
        return
    try:
        threading.set_intra_op_parallelism_threads(count)
        threading.set_inter_op_parallelism_threads(count)
    except RuntimeError as error:
        raise BackendError(
            f"threads must be set to {count} before tensorflow computes anything; "
            f"it has started with {within} within and {between} between operations"
        ) from error


def make_deterministic(seed: int) -> None:
    """Ask the array library for operations that give the same bits each time.

    On tensorflow this holds for the rest of the process, and since its own random operations then
    demand a seed, they get this one. jax and torch on a CPU need no setting.
    """
    if name() == "tensorflow":
        import tensorflow as tf

        tf.random.set_seed(seed)
        tf.config.experimental.enable_op_determinism()


@contextlib.contextmanager
def precision(policy: str) -> Iterator[None]:
    """Let layers that are made within compute by a dtype policy of Keras."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def provenance() -> dict[str, str]:
    """Return what decides the numbers: backend, device, threads, machine, Python, versions."""
    versions = {
        "backend": name(),
        "device": gpu() or "CPU",
        "threads": str(threads()),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return versions
