"""A model in words: its layers, and how it came to be."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from models import architectures, data, store
from models.drawing import diagram, graph, outline

if TYPE_CHECKING:
    import keras


def describe(name: str, source: str = "digits", picture: Path | None = None) -> str:
    """Describe an architecture, or a trained model.

    Parameters
    ----------
    name
        An architecture, or the path of a .keras file.
    source
        The data an architecture is built for, see `models.data.load`; not used for a file.
    picture
        Where to draw the model, if that is wanted; see `models.drawing.diagram.draw`.

    Returns
    -------
    str
        Several lines: origin or default training, then the layers, as in
        `models.drawing.outline.outline`.

    Raises
    ------
    models.architectures.ArchitectureError, models.data.DataError, models.store.ModelError
        When the architecture, the data or the file cannot be had.
    models.drawing.diagram.DiagramError
        When the picture cannot be written.
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
    if picture is None:
        return text
    drawn = diagram.draw(blocks, f"{title}: {model.count_params():,} parameters", picture)
    return f"{text}\ndrawn: {drawn}"


def _built(name: str, source: str) -> "tuple[str, keras.Model]":
    """Return what an architecture is, and the network for some data."""
    entry = architectures.get(name)
    images = data.load(source)
    recipe = entry.recipe
    epochs = recipe.epochs(len(images.train_images))
    model = architectures.build(name, images.image_shape, images.classes, seed=0)
    default = f"{epochs} epochs, batch {recipe.batch_size}, learning rate {recipe.learning_rate:g}"
    return f"{name}: {entry.summary}\ntrained by default on {images.name}: {default}", model


def _trained(path: Path) -> "tuple[str, keras.Model]":
    """Return where the model in a .keras file comes from, and the model."""
    if not store.sidecar_path(path).is_file():
        return f"{path}: of unknown origin", store.load_keras(path)
    trained = store.load(path)
    last = trained.history[-1]
    settings = ", ".join(f"{key} {value}" for key, value in trained.config)
    heading = "\n".join(
        (
            f"{path}: {settings}",
            f"trained on {trained.data_name} in {trained.seconds:.1f} s"
            + (f" through {trained.augmentation}" if trained.augmentation else ""),
            "last epoch: " + ", ".join(f"{key} {value:.4g}" for key, value in last.items()),
            "with " + ", ".join(f"{key} {value}" for key, value in trained.provenance.items()),
            f"digest {trained.digest}",
        )
    )
    return heading, trained.model


def _size(model: "keras.Model") -> str:
    """Say how many numbers a model holds, and how many of them training changes by gradients."""
    total = model.count_params()
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    moving = f", of which {total - trained:,} are moving statistics" if trained < total else ""
    return f"Total params: {total:,}{moving}"
