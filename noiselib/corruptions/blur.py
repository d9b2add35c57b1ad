"""Blur: every pixel becomes a weighted mean of its neighbourhood."""

from __future__ import annotations

from noiselib.corruption import Corruption, Trait, strength
from noiselib.images import Images
from noiselib.linear import gaussian_rows, separable


class GaussianBlur(Corruption):
    """Convolve with a Gaussian: ``y = x * g``, ``g(d) ~ exp(-d**2 / (2 sigma**2))``.

    The kernel ends at 4 sigma and sums to 1; the border is ``reflect``. Nothing is drawn. The
    weights come in steps of 1/4096 and the values in sixteenths of a grey level. Below
    sigma = 0.125 the kernel is a single pixel.

    Source: ImageNet-C (sigma 1 to 6) on any image size; kernel and border as scipy.ndimage.
    """

    traits = (
        Trait.EXACT
        | Trait.CHANNELWISE
        | Trait.LINEAR
        | Trait.MEAN_KEEPING
        | Trait.CONSTANT_KEEPING
        | Trait.RANGE_KEEPING
        | Trait.FLIPPABLE
        | Trait.TRANSPOSABLE
    )
    sigma: float = strength(
        "standard deviation of the kernel", unit="pixels", identity=0, worst=3, high=1000
    )

    def apply(self, images: Images, draws: None) -> Images:
        h, w = images.shape[1:3]
        return separable(images, gaussian_rows(h, self.sigma), gaussian_rows(w, self.sigma))
