"""ImageNet-C: 15 benchmark corruptions and 4 for validation, the table for 224 pixels."""

from noiselib.protocols.entry import Entry, Protocol

PROTOCOL = Protocol(
    name="imagenet_c",
    title="ImageNet-C",
    source="hendrycks/robustness; Hendrycks and Dietterich 2019",
    entries={
        "gaussian_noise": Entry(
            levels=(
                "gaussian_noise(sigma=0.08)",
                "gaussian_noise(sigma=0.12)",
                "gaussian_noise(sigma=0.18)",
                "gaussian_noise(sigma=0.26)",
                "gaussian_noise(sigma=0.38)",
            ),
            fidelity="distribution",
        ),
        "shot_noise": Entry(
            levels=(
                "shot_noise(photons=60)",
                "shot_noise(photons=25)",
                "shot_noise(photons=12)",
                "shot_noise(photons=5)",
                "shot_noise(photons=3)",
            ),
            fidelity="distribution",
        ),
        "impulse_noise": Entry(
            levels=(
                "impulse_noise(amount=0.03)",
                "impulse_noise(amount=0.06)",
                "impulse_noise(amount=0.09)",
                "impulse_noise(amount=0.17)",
                "impulse_noise(amount=0.27)",
            ),
            fidelity="distribution",
        ),
        "defocus_blur": Entry(
            levels=(
                "defocus_blur(radius=3, edge=0.1)",
                "defocus_blur(radius=4)",
                "defocus_blur(radius=6)",
                "defocus_blur(radius=8)",
                "defocus_blur(radius=10)",
            ),
            fidelity="distribution",
            note="the published kernels of radius 8 and 10 sum to 1.01; these sum to 1",
        ),
        "glass_blur": Entry(
            levels=(
                "glass_blur(reach=4, sigma=0.7)",
                "glass_blur(reach=4.472, sigma=0.9)",
                "glass_blur(reach=7.746)",
                "glass_blur(reach=8.944, sigma=1.1)",
                "glass_blur(reach=11.66, sigma=1.5)",
            ),
            fidelity="approximation",
            note="random displacements instead of sequential swaps; reach fitted to the swaps",
        ),
        "motion_blur": Entry(
            levels=(
                "random_motion_blur(sigma=3, radius=10)",
                "random_motion_blur(sigma=5)",
                "random_motion_blur(sigma=8)",
                "random_motion_blur(sigma=12)",
                "random_motion_blur(sigma=15, radius=20)",
            ),
            fidelity="distribution",
            note="after the description of ImageMagick; 32 directions in the published range",
        ),
        "zoom_blur": Entry(
            levels=(
                "zoom_blur(factor=1.11, count=12)",
                "zoom_blur(factor=1.15, count=16)",
                "zoom_blur(factor=1.2)",
                "zoom_blur(factor=1.24, count=13)",
                "zoom_blur(factor=1.3)",
            ),
            fidelity="exact",
        ),
        "snow": Entry(
            levels=(
                "snow(amount=1, mean=0.1, flake=3, threshold=0.5, radius=10, keep=0.8)",
                "snow(amount=1, mean=0.2, threshold=0.5, radius=12)",
                "snow(amount=1, mean=0.55, flake=4, threshold=0.9, radius=12, sigma=8)",
                "snow(amount=1, mean=0.55, flake=4.5, threshold=0.85, radius=12, sigma=8, keep=0.65)",
                "snow(amount=1, mean=0.55, flake=2.5, threshold=0.85, radius=12, sigma=12, keep=0.55)",
            ),
            fidelity="distribution",
            note="16 directions; intermediate flakes are not rounded",
        ),
        "frost": Entry(
            levels=(
                "frost(ice=0.4, light=1)",
                "frost(ice=0.6, light=0.8)",
                "frost(ice=0.7, light=0.7)",
                "frost(ice=0.7, light=0.65)",
                "frost(ice=0.75)",
            ),
            fidelity="approximation",
            note="a computed texture of ice crystals instead of photographs",
        ),
        "fog": Entry(
            levels=(
                "fog(density=1.5, decay=2)",
                "fog(density=2, decay=2)",
                "fog(density=2.5, decay=1.7)",
                "fog(density=2.5, decay=1.5)",
                "fog(density=3, decay=1.4)",
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
                "elastic_transform(displacement=0.00563, sigma=0.762, jitter=0.109)",
                "elastic_transform(displacement=0.0211, sigma=0.0871, jitter=0.218)",
                "elastic_transform(displacement=0.00372, sigma=0.0109, jitter=0.0218)",
                "elastic_transform(displacement=0.00521, sigma=0.0109, jitter=0.0218)",
                "elastic_transform(displacement=0.00893, sigma=0.0109, jitter=0.0218)",
            ),
            fidelity="distribution",
            note="one resampling instead of two; displacement is the effect of alpha and sigma at the published size",
        ),
        "pixelate": Entry(
            levels=(
                "pixelate(fraction=0.6)",
                "pixelate(fraction=0.5)",
                "pixelate(fraction=0.4)",
                "pixelate(fraction=0.3)",
                "pixelate(fraction=0.25)",
            ),
            fidelity="exact",
        ),
        "jpeg_compression": Entry(
            levels=(
                "jpeg_compression(quality=25)",
                "jpeg_compression(quality=18)",
                "jpeg_compression(quality=15)",
                "jpeg_compression(quality=10)",
                "jpeg_compression(quality=7)",
            ),
            fidelity="exact",
        ),
        "speckle_noise": Entry(
            levels=(
                "speckle_noise(sigma=0.15)",
                "speckle_noise(sigma=0.2)",
                "speckle_noise(sigma=0.35)",
                "speckle_noise(sigma=0.45)",
                "speckle_noise(sigma=0.6)",
            ),
            fidelity="distribution",
            benchmark=False,
        ),
        "gaussian_blur": Entry(
            levels=(
                "gaussian_blur(sigma=1)",
                "gaussian_blur(sigma=2)",
                "gaussian_blur(sigma=3)",
                "gaussian_blur(sigma=4)",
                "gaussian_blur(sigma=6)",
            ),
            fidelity="exact",
            benchmark=False,
        ),
        "spatter": Entry(
            levels=(
                "spatter(amount=0.6, liquid='water', sigma=4, threshold=0.69)",
                "spatter(amount=0.6, liquid='water', sigma=3, threshold=0.68)",
                "spatter(amount=0.5, liquid='water', sigma=2, threshold=0.68)",
                "spatter(amount=1)",
                "spatter(amount=1, mean=0.67, deviation=0.4)",
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
                "saturate(scale=20, offset=0.2)",
            ),
            fidelity="exact",
            benchmark=False,
        ),
    },
)
