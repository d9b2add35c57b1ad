"""The digits of scikit-learn, which are part of its package."""

from typing import TYPE_CHECKING

from models.data.registry import data_set

if TYPE_CHECKING:
    from models.dataset import Dataset

DIGITS = tuple("0123456789")
TEST_IMAGES = 500


@data_set("digits", class_names=DIGITS)
def load_digits() -> "Dataset":
    """Return the 1,797 digits of scikit-learn in the MNIST frame: 1,297 to train, 500 to test.

    Each digit is enlarged from 8x8 to 20x20 pixels by cubic splines that continue the border
    pixels, and is set on black with a margin of 4 pixels. Grey levels 0..16 become 0..255. The
    split is stratified and fixed, and both parts keep the original order.
    """
    import numpy as np
    from scipy.ndimage import zoom
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    from models.dataset import Dataset

    pixels, labels = datasets.load_digits(return_X_y=True)
    small = pixels.reshape(-1, 8, 8) * (255 / 16)
    large = zoom(small, (1, 2.5, 2.5), order=3, mode="nearest", grid_mode=True)
    # Round to six decimals first: last bits differ between processors and must not decide.
    levels = np.rint(np.clip(large, 0, 255).round(6)).astype(np.uint8)
    images = np.pad(levels, ((0, 0), (4, 4), (4, 4)))[..., np.newaxis]
    train, test = train_test_split(
        np.arange(len(images)), test_size=TEST_IMAGES, stratify=labels, random_state=0
    )
    train, test = np.sort(train), np.sort(test)
    return Dataset("digits", images[train], labels[train], images[test], labels[test], DIGITS)
