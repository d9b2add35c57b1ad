"""LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor


@architecture(
    Recipe(images=500_000, max_epochs=40, batch_size=64, learning_rate=1e-3), parameters=61_706
)
def lenet(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """LeNet-5 as built today: ReLU, max pooling."""
    stack = Stack(pixels, seeds)
    stack.convolution(6, 5).relu().max_pool()
    stack.convolution(16, 5, padding="valid").relu().max_pool()
    return stack.flatten().dense(120).relu().dense(84).relu().features
