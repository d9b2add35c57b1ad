"""The data set that needs no download: scikit-learn's real digits."""

import numpy as np

from models.data.assembly import DIGIT_NAMES
from models.dataset import Dataset

TEST_SIZE = 500


def digits() -> Dataset:
    """Return scikit-learn's 1,797 real digits in the MNIST frame, 1,297 to train, 500 to test.

    Each digit is enlarged from 8x8 to 20x20 by cubic splines, the border pixels continued
    outwards, and set on black with a margin of 4. Grey levels 0..16 become 0..255. The split is
    stratified and fixed, and keeps the original order within its two parts.
    """
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    small = pixels.reshape(-1, 8, 8) * (255 / 16)
    large = zoom(small, (1, 2.5, 2.5), order=3, mode="nearest", grid_mode=True)
    # Six decimals first: a last bit that differs between processors must not decide a rounding.
    levels = np.rint(np.clip(large, 0, 255).round(6)).astype(np.uint8)
    images = np.pad(levels, ((0, 0), (4, 4), (4, 4)))[..., np.newaxis]
    train, test = train_test_split(
        np.arange(len(images)), test_size=TEST_SIZE, stratify=labels, random_state=0
    )
    train, test = np.sort(train), np.sort(test)
    return Dataset("digits", images[train], labels[train], images[test], labels[test], DIGIT_NAMES)
