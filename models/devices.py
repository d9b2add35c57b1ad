"""The GPU that each array library computes on, if there is one."""


def tensorflow_gpu() -> str | None:
    """Return the name of tensorflow's first GPU, or None."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return None
    details = tf.config.experimental.get_device_details(gpus[0])
    return str(details.get("device_name", gpus[0].name))


def jax_gpu() -> str | None:
    """Return the name of the first device of jax, or None when it is the CPU."""
    import jax  # type: ignore[import-not-found,unused-ignore]  # one of three backends

    first = jax.devices()[0]
    return None if first.platform == "cpu" else str(first.device_kind)


def torch_gpu() -> str | None:
    """Return the name of the device that Keras chose for torch, or None when it is the CPU."""
    import keras
    import torch  # type: ignore[import-not-found,unused-ignore]  # one of three backends

    device = keras.ops.convert_to_tensor(0.0).device
    if device.type == "cpu":
        return None
    return str(torch.cuda.get_device_name(device)) if device.type == "cuda" else str(device.type)
