"""Tiny-ImageNet-C: 15 benchmark corruptions and 4 for validation, the table for 64 pixels."""

from noiselib.protocols.entry import Entry, Protocol

PROTOCOL = Protocol(
    name="tiny_imagenet_c",
    title="Tiny-ImageNet-C",
    source="hendrycks/robustness; Hendrycks and Dietterich 2019",
    entries={
        "gaussian_noise": Entry(
            levels=(
                "gaussian_noise(sigma=0.04)",
                "gaussian_noise(sigma=0.08)",
                "gaussian_noise(sigma=0.12)",
                "gaussian_noise(sigma=0.15)",
                "gaussian_noise(sigma=0.18)",
            ),
            fidelity="distribution",
        ),
        "shot_noise": Entry(
            levels=(
                "shot_noise(photons=250)",
                "shot_noise(photons=100)",
                "shot_noise(photons=50)",
                "shot_noise(photons=30)",
                "shot_noise(photons=15)",
            ),
            fidelity="distribution",
        ),
        "impulse_noise": Entry(
            levels=(
                "impulse_noise(amount=0.01)",
                "impulse_noise(amount=0.02)",
                "impulse_noise(amount=0.05)",
                "impulse_noise(amount=0.08)",
                "impulse_noise(amount=0.14)",
            ),
            fidelity="distribution",
        ),
        "defocus_blur": Entry(
            levels=(
                "defocus_blur(radius=0.5, edge=0.6)",
                "defocus_blur(radius=1, edge=0.1)",
                "defocus_blur(radius=1.5, edge=0.1)",
                "defocus_blur(radius=2.5, edge=0.01)",
                "defocus_blur(radius=3, edge=0.1)",
            ),
            fidelity="exact",
        ),
        "glass_blur": Entry(
            levels=(
                "glass_blur(reach=2.828, sigma=0.1)",
                "glass_blur(reach=2.828, sigma=0.5)",
                "glass_blur(reach=4, sigma=0.6)",
                "glass_blur(reach=4.472, sigma=0.7)",
                "glass_blur(reach=6.325, sigma=0.9)",
            ),
            fidelity="approximation",
            note="random displacements instead of sequential swaps; reach fitted to the swaps",
        ),
        "motion_blur": Entry(
            levels=(
                "random_motion_blur(sigma=1, radius=10)",
                "random_motion_blur(sigma=1.5, radius=10)",
                "random_motion_blur(sigma=2, radius=10)",
                "random_motion_blur(sigma=2.5, radius=10)",
                "random_motion_blur(sigma=3, radius=12)",
            ),
            fidelity="distribution",
            note="after the description of ImageMagick; 32 directions in the published range",
        ),
        "zoom_blur": Entry(
            levels=(
                "zoom_blur(factor=1.06, count=7)",
                "zoom_blur(factor=1.11, count=12)",
                "zoom_blur(factor=1.15, count=16)",
                "zoom_blur(factor=1.2, count=21)",
                "zoom_blur(factor=1.25, count=26)",
            ),
            fidelity="exact",
        ),
        "snow": Entry(
            levels=(
                "snow(amount=1, mean=0.1, deviation=0.2, flake=1, threshold=0.6, sigma=3, keep=0.8)",
                "snow(amount=1, mean=0.1, deviation=0.2, flake=1, threshold=0.5, radius=10, keep=0.8)",
                "snow(amount=1, mean=0.15, flake=1.75, threshold=0.55, radius=10)",
                "snow(amount=1, mean=0.25, flake=2.25, threshold=0.6, radius=12, sigma=6, keep=0.65)",
                "snow(amount=1, mean=0.3, flake=1.25, radius=14, sigma=12, keep=0.6)",
            ),
            fidelity="distribution",
            note="16 directions; intermediate flakes are not rounded",
        ),
        "frost": Entry(
            levels=(
                "frost(ice=0.3, light=1)",
                "frost(ice=0.4, light=0.9)",
                "frost(ice=0.45, light=0.8)",
                "frost(ice=0.5, light=0.75)",
                "frost(ice=0.55, light=0.7)",
            ),
            fidelity="approximation",
            note="a computed texture of ice crystals instead of photographs",
        ),
        "fog": Entry(
            levels=(
                "fog(density=0.4, decay=3, view=1)",
                "fog(density=0.7, decay=3, view=1)",
                "fog(density=1, decay=2.5, view=1)",
                "fog(density=1.5, decay=2, view=1)",
                "fog(density=2, view=1)",
            ),
            fidelity="distribution",
            note="plasma on a torus that spans the same part of the image at every size",
        ),
        "brightness": Entry(
            levels=(
                "hsv_brightness(shift=0.1)",
                "hsv_brightness(shift=0.2)",
                "hsv_brightness(shift=0.3)",
                "hsv_brightness(shift=0.4)",
                "hsv_brightness(shift=0.5)",
            ),
            fidelity="exact",
        ),
        "contrast": Entry(
            levels=(
                "contrast(factor=0.4)",
                "contrast(factor=0.3)",
                "contrast(factor=0.2)",
                "contrast(factor=0.1)",
                "contrast(factor=0.05)",
            ),
            fidelity="exact",
        ),
        "elastic_transform": Entry(
            levels=(
                "elastic_transform(displacement=0, sigma=0, jitter=0.08)",
                "elastic_transform(displacement=0.000652, sigma=0.3, jitter=0.06)",
                "elastic_transform(displacement=0.00365, sigma=0.08, jitter=0.06)",
                "elastic_transform(displacement=0.00894, sigma=0.03, jitter=0.03)",
                "elastic_transform(displacement=0.0143, sigma=0.03, jitter=0.02)",
            ),
            fidelity="distribution",
            note="one resampling instead of two; displacement is the effect of alpha and sigma at the published size",
        ),
        "pixelate": Entry(
            levels=(
                "pixelate(fraction=0.9)",
                "pixelate(fraction=0.8)",
                "pixelate(fraction=0.7)",
                "pixelate(fraction=0.6)",
                "pixelate(fraction=0.5)",
            ),
            fidelity="exact",
        ),
        "jpeg_compression": Entry(
            levels=(
                "jpeg_compression(quality=65)",
                "jpeg_compression(quality=58)",
                "jpeg_compression(quality=50)",
                "jpeg_compression(quality=40)",
                "jpeg_compression(quality=25)",
            ),
            fidelity="exact",
        ),
        "speckle_noise": Entry(
            levels=(
                "speckle_noise(sigma=0.15)",
                "speckle_noise(sigma=0.2)",
                "speckle_noise(sigma=0.25)",
                "speckle_noise(sigma=0.3)",
                "speckle_noise(sigma=0.35)",
            ),
            fidelity="distribution",
            benchmark=False,
        ),
        "gaussian_blur": Entry(
            levels=(
                "gaussian_blur(sigma=0.5)",
                "gaussian_blur(sigma=0.75)",
                "gaussian_blur(sigma=1)",
                "gaussian_blur(sigma=1.25)",
                "gaussian_blur(sigma=1.5)",
            ),
            fidelity="exact",
            benchmark=False,
        ),
        "spatter": Entry(
            levels=(
                "spatter(amount=0.6, liquid='water', mean=0.62, deviation=0.1, sigma=0.7, threshold=0.7)",
                "spatter(amount=0.6, liquid='water', deviation=0.1, sigma=0.8, threshold=0.7)",
                "spatter(amount=0.6, liquid='water', threshold=0.69)",
                "spatter(amount=1, deviation=0.1, sigma=0.7, threshold=0.68, softness=0.6)",
                "spatter(amount=1, deviation=0.1, sigma=0.5, threshold=0.67, softness=0.6)",
            ),
            fidelity="approximation",
            note="the relief of water is computed from the smoothed edges of the drops",
            benchmark=False,
        ),
        "saturate": Entry(
            levels=(
                "saturate(scale=0.3)",
                "saturate(scale=0.1)",
                "saturate(scale=2)",
                "saturate(scale=5, offset=0.1)",
                "saturate(scale=30, offset=0.2)",
            ),
            fidelity="exact",
            benchmark=False,
        ),
    },
)
