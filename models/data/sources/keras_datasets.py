"""Data sets that Keras downloads once, into its own cache."""

from functools import partial
from typing import TYPE_CHECKING

from models.data.registry import data_set
from models.errors import DataError, first_line

if TYPE_CHECKING:
    from models.dataset import Dataset

CLASS_NAMES = {
    "mnist": tuple("0123456789"),
    "fashion_mnist": (
        "T-shirt/top", "trouser", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ),
}  # fmt: skip


def from_keras(name: str) -> "Dataset":
    """Return a data set of `keras.datasets`.

    Parameters
    ----------
    name : str
        A key of `CLASS_NAMES`.

    Returns
    -------
    Dataset
        The images, labels and class names.

    Raises
    ------
    DataError
        When the data set cannot be downloaded.
    """
    from models import backend
    from models.data.assembly import ARRAY_NAMES, make_dataset

    with backend.quiet_start():
        import keras

    try:
        (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise DataError(
            f"{name} could not be downloaded ({first_line(error)}); check the network, or name "
            f"a file in its place: path/to/{name}.npz with the arrays {', '.join(ARRAY_NAMES)}"
        ) from error
    return make_dataset(name, (x_train, y_train, x_test, y_test), CLASS_NAMES[name])


for _name, _class_names in CLASS_NAMES.items():
    data_set(_name, class_names=_class_names, downloaded=True)(partial(from_keras, _name))
