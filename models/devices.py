"""The GPU that each array library computes on, if there is one."""


def of_tensorflow() -> str | None:
    """Return what tensorflow's first GPU is called, or None."""
    import tensorflow as tf

    found = tf.config.list_physical_devices("GPU")
    if not found:
        return None
    details = tf.config.experimental.get_device_details(found[0])
    return str(details.get("device_name", found[0].name))


def of_jax() -> str | None:
    """Return what jax' first device is called, or None when that is the CPU."""
    import jax  # type: ignore[import-not-found,unused-ignore]  # one of three backends

    first = jax.devices()[0]
    return None if first.platform == "cpu" else str(first.device_kind)


def of_torch() -> str | None:
    """Return what the device is called that Keras chose for torch, or None when it is the CPU."""
    import keras
    import torch  # type: ignore[import-not-found,unused-ignore]  # one of three backends

    chosen = keras.ops.convert_to_tensor(0.0).device
    if chosen.type == "cpu":
        return None
    return str(torch.cuda.get_device_name(chosen)) if chosen.type == "cuda" else str(chosen.type)
