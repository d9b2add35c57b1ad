"""Check the wheel of noiselib with numpy and scipy alone; run by `tox run -e noiselib`.

There is no pytest here, so that nothing else is installed.
"""

import importlib.util
import sys

import numpy as np

import noiselib

ABSENT = ("keras", "tensorflow", "sklearn", "matplotlib", "PIL", "hypothesis", "models", "studies")

present = [name for name in ABSENT if importlib.util.find_spec(name)]
if present:
    sys.exit(f"installed besides numpy and scipy: {', '.join(present)}")
if "site-packages" not in noiselib.__file__:
    sys.exit(f"not the wheel: noiselib comes from {noiselib.__file__}")
colour = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 3), np.uint8)
for name, cls in noiselib.registry().items():
    images, corruption = colour, noiselib.parse(name)
    if name == "jpeg_compression":  # RGB images need Pillow; the error must name it
        try:
            corruption(colour)
        except ValueError as error:
            if "images" not in str(error) or "Pillow" not in str(error):
                sys.exit(f"{name}: the message without Pillow is only: {error}")
            images = colour[..., :1]
        else:
            sys.exit(f"{name}: no error for RGB images without Pillow")
    whole = corruption(images, seed=1)
    parts = [corruption(images[i : i + 7], seed=1, ids=i) for i in range(0, 20, 7)]
    if not np.array_equal(np.concatenate(parts), whole):
        sys.exit(f"{name}: the batch matters")
    if np.array_equal(whole, images) or cls().at(0)(images).tobytes() != images.tobytes():
        sys.exit(f"{name}: no change at t = 1, or a change at t = 0")
print(f"1 passed, 0 failed: {len(noiselib.registry())} corruptions with numpy and scipy alone")
