"""Describe a model as text: its layers, and how it was trained."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from models import architectures, data, store
from models.drawing import diagram, graph, outline

if TYPE_CHECKING:
    import keras


def describe(name: str, source: str = "digits", diagram_path: Path | None = None) -> str:
    """Describe an architecture or a trained model.

    Parameters
    ----------
    name : str
        An architecture, or the path of a .keras file.
    source : str, optional
        The data that an architecture is built for, see `models.data.load`; not used for a file.
    diagram_path : Path, optional
        Where to draw the model, see `models.drawing.diagram.draw`.

    Returns
    -------
    str
        Several lines: provenance or default training, and the layers as in
        `models.drawing.outline.outline`.

    Raises
    ------
    models.architectures.ArchitectureError
        When the architecture is unknown.
    DataError
        When the data cannot be loaded.
    ModelError
        When the file cannot be read.
    models.drawing.diagram.DiagramError
        When the diagram cannot be written.
    """
    if name.endswith(".keras"):
        path = Path(name).expanduser()
        heading, model = _trained(path)
        title = path.stem
    else:
        heading, model = _built(name, source)
        title = name
    blocks = graph.blocks(model)
    text = f"{heading}\n\n{outline.outline(blocks)}\n\n{_size(model)}"
    if diagram_path is None:
        return text
    drawn = diagram.draw(blocks, f"{title}: {model.count_params():,} parameters", diagram_path)
    return f"{text}\ndrawn: {drawn}"


def _built(name: str, source: str) -> "tuple[str, keras.Model]":
    """Return a description of an architecture, and the network for some data."""
    entry = architectures.get(name)
    images = data.load(source)
    recipe = entry.recipe
    epochs = recipe.epochs(len(images.train_images))
    model = architectures.build(name, images.image_shape, images.classes, seed=0)
    default = f"{epochs} epochs, batch {recipe.batch_size}, learning rate {recipe.learning_rate:g}"
    return f"{name}: {entry.summary}\ntrained by default on {images.name}: {default}", model


def _trained(path: Path) -> "tuple[str, keras.Model]":
    """Return the provenance of the model in a .keras file, and the model."""
    if not store.sidecar_path(path).is_file():
        return f"{path}: of unknown origin", store.load_keras(path)
    trained = store.load(path)
    last = trained.history[-1]
    settings = ", ".join(f"{key} {value}" for key, value in trained.config)
    heading = "\n".join(
        (
            f"{path}: {settings}",
            f"trained on {trained.data_name} in {trained.seconds:.1f} s"
            + (f" augmented by {trained.augmentation}" if trained.augmentation else ""),
            "last epoch: " + ", ".join(f"{key} {value:.4g}" for key, value in last.items()),
            "with " + ", ".join(f"{key} {value}" for key, value in trained.provenance.items()),
            f"digest {trained.digest}",
        )
    )
    return heading, trained.model


def _size(model: "keras.Model") -> str:
    """Return the number of parameters, and how many of them are moving statistics."""
    total = model.count_params()
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    moving = f", of which {total - trained:,} are moving statistics" if trained < total else ""
    return f"Total params: {total:,}{moving}"
