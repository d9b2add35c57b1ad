"""The graph of a model: its layers in words, and which feeds which."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

Key = tuple[str, int]
"""A layer's name, and which of its applications."""

LARGE = ("InputLayer", "Conv", "Dense")
"""How the names of those layers begin of which a block has one at most."""

PLAIN = {
    "InputLayer": "images",
    "BatchNormalization": "batch norm",
    "GlobalAveragePooling2D": "mean of all pixels",
    "Flatten": "flatten",
    "Add": "add",
    "Concatenate": "concatenate",
}
"""Layers that need no more words."""


@dataclass(frozen=True)
class Layer:
    """One layer where it is applied.

    Parameters
    ----------
    kind
        Keras' name of its class.
    title
        What it does, in a few words.
    shape
        Of its output, without the batch.
    parameters
        How many numbers it holds; 0 where it is applied again.
    """

    kind: str
    title: str
    shape: tuple[int | None, ...]
    parameters: int


@dataclass(frozen=True)
class Block:
    """Layers one after the other with nothing between them, at most one of them large.

    Parameters
    ----------
    layers
        At least one.
    sources
        Positions of the blocks that feed the first layer, in the tuple that `blocks` returns.
    """

    layers: tuple[Layer, ...]
    sources: tuple[int, ...]

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape of the output, without the batch."""
        return self.layers[-1].shape


def blocks(model: "keras.Model") -> tuple[Block, ...]:
    """Return a sequential or functional model as blocks; each comes after those that feed it.

    A block ends where its output goes to several places, before a layer that joins several
    inputs, and before a convolution or dense layer where it has one already.
    """
    layers, sources = _layers(model)
    uses = Counter(source for feeding in sources.values() for source in feeding)
    chains: list[list[Key]] = []
    place: dict[Key, int] = {}
    for key, layer in layers.items():
        feeding = sources[key]
        alone = len(feeding) == 1 and uses[feeding[0]] == 1
        at = place[feeding[0]] if alone else len(chains)
        full = alone and any(layers[member].kind.startswith(LARGE) for member in chains[at])
        if not alone or (full and layer.kind.startswith(LARGE)):
            at = len(chains)
            chains.append([])
        chains[at].append(key)
        place[key] = at
    return tuple(
        Block(
            tuple(layers[key] for key in chain),
            tuple(dict.fromkeys(place[source] for source in sources[chain[0]])),
        )
        for chain in chains
    )


def depths(graph: tuple[Block, ...]) -> tuple[int, ...]:
    """Return for each block how many blocks the longest way to it passes."""
    found: list[int] = []
    for block in graph:
        found.append(1 + max((found[source] for source in block.sources), default=-1))
    return tuple(found)


def format_shape(shape: tuple[int | None, ...]) -> str:
    """Return ``28x28x16``; a size that is left open is a question mark."""
    return "x".join("?" if size is None else str(size) for size in shape)


def _layers(model: "keras.Model") -> tuple[dict[Key, Layer], dict[Key, tuple[Key, ...]]]:
    """Return all applications of layers, in an order in which they can run, and their sources."""
    config = json.loads(model.to_json())["config"]
    if "output_layers" not in config:
        return _sequence(model, config["layers"])
    calls = {
        (entry["name"], number): (entry, list(_tensors(node)))
        for entry in config["layers"]
        for number, node in enumerate(entry["inbound_nodes"] or [None])
    }
    shapes = {key: shape for _, tensors in calls.values() for key, shape in tensors}
    ends = config["output_layers"]
    for end, tensor in zip(
        ends if isinstance(ends[0], list) else [ends], model.outputs, strict=True
    ):
        shapes[end[0], end[1]] = tuple(tensor.shape)
    layers = {
        key: _layer(model, entry, shapes[key], again=key[1] > 0)
        for key, (entry, _) in calls.items()
    }
    sources = {key: tuple(dict(tensors)) for key, (_, tensors) in calls.items()}
    order = TopologicalSorter(sources).static_order()
    return {key: layers[key] for key in order}, sources


def _sequence(
    model: "keras.Model", entries: list[dict[str, Any]]
) -> tuple[dict[Key, Layer], dict[Key, tuple[Key, ...]]]:
    """Return the layers of a sequential model, each fed by the one before."""
    shapes = [model.input_shape, *(layer.output.shape for layer in model.layers)]
    layers = {
        (entry["config"]["name"], 0): _layer(model, entry, tuple(shape), again=False)
        for entry, shape in zip(entries, shapes, strict=True)
    }
    keys = list(layers)
    return layers, {key: tuple(keys[max(0, at - 1) : at]) for at, key in enumerate(keys)}


def _tensors(node: Any) -> Iterator[tuple[Key, tuple[int | None, ...]]]:
    """Yield which application every tensor in the arguments of a call comes from, and its shape."""
    if isinstance(node, list):
        for value in node:
            yield from _tensors(value)
    elif isinstance(node, dict) and node.get("class_name") == "__keras_tensor__":
        name, number, _ = node["config"]["keras_history"]
        yield (name, number), tuple(node["config"]["shape"])
    elif isinstance(node, dict):
        for value in node.values():
            yield from _tensors(value)


def _layer(
    model: "keras.Model", entry: dict[str, Any], shape: tuple[int | None, ...], *, again: bool
) -> Layer:
    kind, config = entry["class_name"], entry["config"]
    known = {layer.name: layer.count_params() for layer in model.layers}
    parameters = 0 if again else known.get(config["name"], 0)
    return Layer(kind, _title(kind, config), shape[1:], parameters)


def _title(kind: str, config: Mapping[str, Any]) -> str:
    """Say what a layer does: ``convolution 3x3, 32``; Keras' name for what is not known here."""
    match kind:
        case "Dense":
            title = f"dense {config['units']:,}"
        case "Conv2D":
            title = _convolution(config)
        case "Activation":
            title = str(config["activation"])
        case "MaxPooling2D":
            title = f"maximum of {format_shape(config['pool_size'])}"
        case "AveragePooling2D":
            title = f"mean of {format_shape(config['pool_size'])}"
        case "Dropout":
            title = f"dropout {config['rate']:g}"
        case "Rescaling":
            title = f"scale by {_fraction(config['scale'])}"
        case _:
            title = PLAIN.get(kind, kind)
    activation = config.get("activation")
    active = kind in {"Dense", "Conv2D"} and activation != "linear" and isinstance(activation, str)
    return f"{title}, {activation}" if active else title


def _convolution(config: Mapping[str, Any]) -> str:
    """Return size and channels of a convolution, and what is not the usual about it."""
    title = f"convolution {format_shape(config['kernel_size'])}, {config['filters']:,}"
    if max(config["strides"]) > 1:
        title += f", stride {max(config['strides'])}"
    return title + (", no padding" if config["padding"] == "valid" else "")


def _fraction(scale: Any) -> str:
    """Return ``1/255`` for 1/255."""
    whole = isinstance(scale, float) and 0 < scale < 1 and math.isclose(1 / scale, round(1 / scale))
    return f"1/{round(1 / scale)}" if whole else str(scale)
