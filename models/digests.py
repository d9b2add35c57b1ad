"""The digest of a Keras model: what decides its predictions, and nothing else."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

SAVING_KEYS = {"module", "registered_name", "shared_object_id", "build_config", "compile_config"}
"""Where Keras finds a class, and what it records while saving."""

TRAINING_KEYS = {"trainable", "training", "seed"}
"""What matters only in training, besides keys that end in ``_initializer``."""


def model_digest(model: "keras.Model") -> str:
    """Return the SHA-256 (hexadecimal) of a model's structure and weights.

    It is equal before saving and after loading, and for two models that differ only in the names
    of their layers (which Keras counts through a process), in initializers or in the optimizer.
    Settings that are None are ignored, so that a later version of Keras may add one.

    Parameters
    ----------
    model : keras.Model
        The model.

    Returns
    -------
    str
        The digest.
    """
    import keras

    structure = _canonical(json.loads(model.to_json()), {})
    hasher = hashlib.sha256(json.dumps(structure, sort_keys=True).encode())
    for weight in model.weights:
        values = np.ascontiguousarray(keras.ops.convert_to_numpy(weight))
        hasher.update(f"{values.dtype.str}{values.shape}".encode())
        hasher.update(values.tobytes())
    return hasher.hexdigest()


def _canonical(node: Any, names: dict[str, str]) -> Any:
    """Return a configuration without what varies between equal models.

    Names of layers become numbers in order of appearance, under ``name`` and as the first entry of
    a connection.
    """
    if isinstance(node, list):
        return [_canonical(value, names) for value in node]
    if not isinstance(node, dict):
        return node
    if "DTypePolicy" in str(node.get("class_name")):
        return node["config"]
    result = {}
    for key, value in sorted(node.items()):
        irrelevant = key in SAVING_KEYS | TRAINING_KEYS or key.endswith("_initializer")
        if value is None or irrelevant:
            continue
        if key in {"name", "keras_history", "input_layers", "output_layers"}:
            result[key] = _numbered(value, names)
        else:
            result[key] = _canonical(value, names)
    return result


def _numbered(node: Any, names: dict[str, str]) -> Any:
    """Return names, or connections such as ``["dense_3", 0, 0]``, with numbers for names."""
    if isinstance(node, list):
        return [_numbered(value, names) for value in node]
    return names.setdefault(node, f"#{len(names)}") if isinstance(node, str) else node
