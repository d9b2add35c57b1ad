"""What depends on the backend of Keras: startup, device, threads, determinism, versions."""

import contextlib
import importlib.metadata
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Iterator

from models import devices
from models.errors import UserError

PACKAGES = ("keras", "numpy", "tensorflow", "tensorflow-cpu", "jax", "torch")


class BackendError(UserError, RuntimeError):
    """A setting that can no longer be changed because the backend has started."""


@contextlib.contextmanager
def quiet_start() -> Iterator[None]:
    """Suppress what native libraries write to standard error while they are first imported.

    TensorFlow writes notices about its build to file descriptor 2 before it reads any log level.
    They are dropped when the block ends normally and written out when it raises. Use the block for
    the import alone, because nothing else can write to standard error inside it.

    The warning of TensorFlow about retracing is suppressed permanently: each model of a study is
    traced once, which TensorFlow takes for retracing of one function.

    Yields
    ------
    None
        Import the library inside the block.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").addFilter(_is_not_about_retracing)
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as captured:
        os.dup2(captured.fileno(), 2)
        try:
            yield
        except BaseException:
            captured.seek(0)
            os.write(original, captured.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)


def _is_not_about_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()


def name() -> str:
    """Return the backend that Keras runs on: tensorflow, jax or torch."""
    import keras

    return str(keras.backend.backend())


def gpu() -> str | None:
    """Return the name of the GPU that the backend computes on, or None on a CPU."""
    by_backend = {
        "tensorflow": devices.tensorflow_gpu,
        "jax": devices.jax_gpu,
        "torch": devices.torch_gpu,
    }
    return by_backend[name()]()


def describe_device() -> str:
    """Return where the backend computes, as ``GPU NVIDIA L4`` or ``the CPU, 2 threads``."""
    device, count = gpu(), threads()
    return f"the CPU, {count} thread{'s' * (count > 1)}" if device is None else f"GPU {device}"


def pin_threads(count: int) -> int:
    """Set the number of threads that the backend computes with.

    tensorflow
        Both thread pools (within and between operations) are set. They are fixed by the first
        computation, so call this function before it; a later call with the same number is allowed.
    torch
        The threads within operations are set, at any time.
    jax
        There is no such setting: it uses the processors that the process may run on. Restrict
        those from outside, for example with ``taskset``.

    Parameters
    ----------
    count : int
        Number of threads, at least 1.

    Returns
    -------
    int
        The number of threads in use, to be recorded with the results.

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
    """Return the number of threads that the backend computes with."""
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
    """Return the number of processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # Linux; on other systems a process may use all
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
    """Make the backend use operations that give the same bits each time.

    On tensorflow this holds for the rest of the process, and its own random operations, which then
    require a seed, get this one. jax and torch need no setting on a CPU.

    Parameters
    ----------
    seed : int
        Seed of tensorflow's own random operations.
    """
    if name() == "tensorflow":
        import tensorflow as tf

        tf.random.set_seed(seed)
        tf.config.experimental.enable_op_determinism()


@contextlib.contextmanager
def precision(policy: str) -> Iterator[None]:
    """Give layers that are created in the block a dtype policy of Keras.

    Parameters
    ----------
    policy : str
        Such as ``mixed_float16``.

    Yields
    ------
    None
        The former policy is restored when the block ends.
    """
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
