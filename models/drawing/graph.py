"""The graph of a model: its layers, with short titles, and their connections."""

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
"""Name of a layer, and the number of its application."""

LARGE = ("InputLayer", "Conv", "Dense")
"""Prefixes of the classes of large layers, of which a block has at most one."""

TITLES = {
    "InputLayer": "images",
    "BatchNormalization": "batch norm",
    "GlobalAveragePooling2D": "mean of all pixels",
    "Flatten": "flatten",
    "Add": "add",
    "Concatenate": "concatenate",
}
"""Titles of layers without settings to show."""


@dataclass(frozen=True)
class Layer:
    """One application of a layer.

    Attributes
    ----------
    kind : str
        Name of its class in Keras.
    title : str
        What it does, in a few words.
    shape : tuple of int or None
        Shape of its output, without the batch axis.
    parameters : int
        Number of its parameters; 0 for a second application.
    """

    kind: str
    title: str
    shape: tuple[int | None, ...]
    parameters: int


@dataclass(frozen=True)
class Block:
    """A sequence of layers without branches, at most one of them large.

    Attributes
    ----------
    layers : tuple of Layer
        At least one.
    sources : tuple of int
        Positions of the blocks whose outputs the first layer takes, in the tuple that `blocks`
        returns.
    """

    layers: tuple[Layer, ...]
    sources: tuple[int, ...]

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape of the output, without the batch axis."""
        return self.layers[-1].shape


def blocks(model: "keras.Model") -> tuple[Block, ...]:
    """Return a sequential or functional model as blocks, in topological order.

    A block ends where its output is used several times, before a layer with several inputs, and
    before a convolution or dense layer if it has one already.

    Parameters
    ----------
    model : keras.Model
        The model.

    Returns
    -------
    tuple of Block
        Each block comes after the blocks whose outputs it takes.
    """
    layers, sources = _layers(model)
    uses = Counter(source for inputs in sources.values() for source in inputs)
    chains: list[list[Key]] = []
    chain_of: dict[Key, int] = {}
    for key, layer in layers.items():
        inputs = sources[key]
        number = len(chains)  # a new chain, unless the layer continues one
        if len(inputs) == 1 and uses[inputs[0]] == 1:
            chain = chains[chain_of[inputs[0]]]
            has_large = any(layers[member].kind.startswith(LARGE) for member in chain)
            if not (has_large and layer.kind.startswith(LARGE)):
                number = chain_of[inputs[0]]
        if number == len(chains):
            chains.append([])
        chains[number].append(key)
        chain_of[key] = number
    return tuple(
        Block(
            tuple(layers[key] for key in chain),
            tuple(dict.fromkeys(chain_of[source] for source in sources[chain[0]])),
        )
        for chain in chains
    )


def depths(graph: tuple[Block, ...]) -> tuple[int, ...]:
    """Return the number of blocks before each block on the longest path to it."""
    result: list[int] = []
    for block in graph:
        result.append(1 + max((result[source] for source in block.sources), default=-1))
    return tuple(result)


def format_shape(shape: tuple[int | None, ...]) -> str:
    """Return a shape in the form ``28x28x16``, with a question mark for None."""
    return "x".join("?" if size is None else str(size) for size in shape)


def _layers(model: "keras.Model") -> tuple[dict[Key, Layer], dict[Key, tuple[Key, ...]]]:
    """Return all applications of layers in topological order, and their sources."""
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
    """Return the layers of a sequential model, each with the one before as its source."""
    shapes = [model.input_shape, *(layer.output.shape for layer in model.layers)]
    layers = {
        (entry["config"]["name"], 0): _layer(model, entry, tuple(shape), again=False)
        for entry, shape in zip(entries, shapes, strict=True)
    }
    keys = list(layers)
    return layers, {key: tuple(keys[max(0, i - 1) : i]) for i, key in enumerate(keys)}


def _tensors(node: Any) -> Iterator[tuple[Key, tuple[int | None, ...]]]:
    """Yield the source and the shape of every tensor in the arguments of a call."""
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
    """Return what a layer does, as ``convolution 3x3, 32``, or the name of its class."""
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
            title = TITLES.get(kind, kind)
    activation = config.get("activation")
    active = kind in {"Dense", "Conv2D"} and activation != "linear" and isinstance(activation, str)
    return f"{title}, {activation}" if active else title


def _convolution(config: Mapping[str, Any]) -> str:
    """Return size and channels of a convolution, and settings that are not the default."""
    title = f"convolution {format_shape(config['kernel_size'])}, {config['filters']:,}"
    if max(config["strides"]) > 1:
        title += f", stride {max(config['strides'])}"
    return title + (", no padding" if config["padding"] == "valid" else "")


def _fraction(scale: Any) -> str:
    """Return a scale as a fraction where it is one, as ``1/255``."""
    whole = isinstance(scale, float) and 0 < scale < 1 and math.isclose(1 / scale, round(1 / scale))
    return f"1/{round(1 / scale)}" if whole else str(scale)
