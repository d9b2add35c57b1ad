"""The data sets that Keras downloads once into its own cache."""

from models import backend
from models.data.assembly import ARRAY_NAMES, CLASS_NAMES, first_line, make_dataset
from models.dataset import DataError, Dataset

NAMES = ("mnist", "fashion_mnist", "cifar10")


def from_keras(name: str) -> Dataset:
    """Return one of keras.datasets, downloaded at first use.

    Raises
    ------
    DataError
        When it cannot be downloaded.
    """
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
