"""A model in words: its layers, and how it came to be."""

from pathlib import Path
from typing import TYPE_CHECKING

from models import architectures, data, store

if TYPE_CHECKING:
    import keras

LINE_LENGTH = 78


def describe(name: str, source: str = "digits") -> str:
    """Describe an architecture, or a trained model.

    Parameters
    ----------
    name
        An architecture, or the path of a .keras file.
    source
        The data an architecture is built for, see `models.data.load`; not used for a file.

    Returns
    -------
    str
        Several lines: origin or default training, then the table of layers.

    Raises
    ------
    models.architectures.ArchitectureError, models.data.DataError, models.store.ModelError
        When the architecture, the data or the file cannot be had.
    """
    if name.endswith(".keras"):
        return _describe_file(Path(name).expanduser())
    entry = architectures.get(name)
    images = data.load(source)
    recipe = entry.recipe
    epochs = recipe.epochs(len(images.train_images))
    model = architectures.build(name, images.image_shape, images.classes, seed=0)
    default = f"{epochs} epochs, batch {recipe.batch_size}, learning rate {recipe.learning_rate:g}"
    return "\n".join(
        (
            f"{name}: {entry.summary}",
            f"trained by default on {images.name}: {default}",
            _layers(model),
        )
    )


def _describe_file(path: Path) -> str:
    """Describe a .keras file; one without an origin beside it shows its layers alone."""
    if not store.sidecar_path(path).is_file():
        return f"{path}: of unknown origin\n{_layers(store.load_keras(path))}"
    trained = store.load(path)
    last = trained.history[-1]
    settings = ", ".join(f"{key} {value}" for key, value in trained.config)
    return "\n".join(
        (
            f"{path}: {settings}",
            f"trained on {trained.data_name} in {trained.seconds:.1f} s"
            + (f" through {trained.augmentation}" if trained.augmentation else ""),
            "last epoch: " + ", ".join(f"{key} {value:.4g}" for key, value in last.items()),
            "with " + ", ".join(f"{key} {value}" for key, value in trained.provenance.items()),
            f"digest {trained.digest}",
            _layers(trained.model),
        )
    )


def _layers(model: "keras.Model") -> str:
    """Return Keras' own table of layers, shapes and parameters."""
    lines: list[str] = []
    model.summary(line_length=LINE_LENGTH, print_fn=lambda text, **_: lines.append(text))
    return "\n".join(lines)
