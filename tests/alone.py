"""Check the wheel of noiselib with numpy and scipy alone; run by `tox run -e noiselib`.

No pytest here: the point is that nothing else is there.
"""

import importlib.util
import sys

import numpy as np

import noiselib

ABSENT = ("keras", "tensorflow", "sklearn", "matplotlib", "PIL", "hypothesis", "models", "studies")

present = [name for name in ABSENT if importlib.util.find_spec(name)]
if present:
    sys.exit(f"not alone: {', '.join(present)} can be imported")
if "site-packages" not in noiselib.__file__:
    sys.exit(f"not the wheel: noiselib comes from {noiselib.__file__}")
colour = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 3), np.uint8)
for name, cls in noiselib.registry().items():
    images, corruption = colour, noiselib.parse(name)
    if name == "jpeg_compression":  # of colour images it needs Pillow, and says so
        try:
            corruption(colour)
        except ValueError as error:
            if "images" not in str(error) or "Pillow" not in str(error):
                sys.exit(f"{name}: without Pillow it says only: {error}")
            images = colour[..., :1]
        else:
            sys.exit(f"{name}: works on colour images without Pillow?")
    whole = corruption(images, seed=1)
    parts = [corruption(images[i : i + 7], seed=1, ids=i) for i in range(0, 20, 7)]
    if not np.array_equal(np.concatenate(parts), whole):
        sys.exit(f"{name}: the batch matters")
    if np.array_equal(whole, images) or cls().at(0)(images).tobytes() != images.tobytes():
        sys.exit(f"{name}: does nothing, or something at t = 0")
print(f"1 passed, 0 failed: {len(noiselib.registry())} corruptions with numpy and scipy alone")
