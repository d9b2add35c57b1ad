"""MNIST-C: 15 benchmark corruptions, and the others of its code."""

from noiselib.protocols.entry import Entry, Protocol

PROTOCOL = Protocol(
    name="mnist_c",
    title="MNIST-C",
    source="google-research/mnist-c; Mu and Gilmer 2019",
    entries={
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
        "glass_blur": Entry(
            levels=(
                "glass_blur(reach=2.82, sigma=0.7, share=0.885)",
                "glass_blur(reach=3.56, sigma=0.9, share=0.709)",
                "glass_blur(reach=5.33, share=0.969)",
                "glass_blur(reach=6.59, sigma=1.1, share=0.908)",
                "glass_blur(reach=8.49, sigma=1.5, share=0.908)",
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
        "shear": Entry(
            levels=(
                "one_of(affine(degrees=0, stretch=1.02033884494, shear=0.202710035509), affine(degrees=0, stretch=1.02033884494, shear=-0.202710035509))",
                "one_of(affine(degrees=0, stretch=1.08570442838, shear=0.422793218738), affine(degrees=0, stretch=1.08570442838, shear=-0.422793218738))",
                "one_of(affine(degrees=0, stretch=1.21162831451, shear=0.684136808342), affine(degrees=0, stretch=1.21162831451, shear=-0.684136808342))",
                "one_of(affine(degrees=0, stretch=1.43532419967, shear=1.02963855705), affine(degrees=0, stretch=1.43532419967, shear=-1.02963855705))",
                "one_of(affine(degrees=0, stretch=1.85081571768, shear=1.55740772465), affine(degrees=0, stretch=1.85081571768, shear=-1.55740772465))",
            ),
            fidelity="exact",
            note="the matrix of scikit-image in 2019, [[1, -sin c], [0, cos c]], which made the released set; for a given random sign",
        ),
        "scale": Entry(
            levels=(
                "zoom(factor=0.9)",
                "zoom(factor=0.8)",
                "zoom(factor=0.7)",
                "zoom(factor=0.6)",
                "zoom(factor=0.5)",
            ),
            fidelity="exact",
        ),
        "rotate": Entry(
            levels=(
                "one_of(rotation(degrees=11.4591559026), rotation(degrees=-11.4591559026))",
                "one_of(rotation(degrees=22.9183118052), rotation(degrees=-22.9183118052))",
                "one_of(rotation(degrees=34.3774677078), rotation(degrees=-34.3774677078))",
                "one_of(rotation(degrees=45.8366236105), rotation(degrees=-45.8366236105))",
                "one_of(rotation(degrees=57.2957795131), rotation(degrees=-57.2957795131))",
            ),
            fidelity="exact",
            note="for a given random sign",
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
        "translate": Entry(
            levels=(
                "one_of(translation(x=1, y=1), translation(x=1, y=-1), translation(x=-1, y=1), translation(x=-1, y=-1))",
                "one_of(translation(x=2, y=2), translation(x=2, y=-2), translation(x=-2, y=2), translation(x=-2, y=-2))",
                "one_of(translation(x=3, y=3), translation(x=3, y=-3), translation(x=-3, y=3), translation(x=-3, y=-3))",
                "one_of(translation(x=4, y=4), translation(x=4, y=-4), translation(x=-4, y=4), translation(x=-4, y=-4))",
                "one_of(translation(x=5, y=5), translation(x=5, y=-5), translation(x=-5, y=5), translation(x=-5, y=-5))",
            ),
            fidelity="exact",
            note="for a given random sign",
        ),
        "stripe": Entry(
            levels=("stripe(amount=1)",),
            fidelity="exact",
        ),
        "fog": Entry(
            levels=(
                "fog(density=1.5, decay=2, view=0.109375)",
                "fog(density=2, decay=2, view=0.109375)",
                "fog(density=2.5, decay=1.7, view=0.109375)",
                "fog(density=2.5, decay=1.5, view=0.109375)",
                "fog(density=3, decay=1.4, view=0.109375)",
            ),
            fidelity="distribution",
            note="plasma on a torus; view is the published crop of 28 points out of 256",
        ),
        "spatter": Entry(
            levels=(
                "spatter(amount=1, sigma=4, threshold=0.69, softness=0.6)",
                "spatter(amount=1, sigma=3, threshold=0.68, softness=0.6)",
                "spatter(amount=1, sigma=2, threshold=0.68, softness=0.5)",
                "spatter(amount=1)",
                "spatter(amount=1, mean=0.67, deviation=0.4)",
            ),
            fidelity="distribution",
        ),
        "dotted_line": Entry(
            levels=("dotted_line(amount=1)",),
            fidelity="distribution",
            note="the same formula with other random heights",
        ),
        "zigzag": Entry(
            levels=("zigzag(amount=1)",),
            fidelity="distribution",
            note="the same formula with other random heights",
        ),
        "canny_edges": Entry(
            levels=("canny_edges(amount=1)",),
            fidelity="exact",
        ),
        "gaussian_noise": Entry(
            levels=(
                "gaussian_noise(sigma=0.08)",
                "gaussian_noise(sigma=0.12)",
                "gaussian_noise(sigma=0.18)",
                "gaussian_noise(sigma=0.26)",
                "gaussian_noise(sigma=0.38)",
            ),
            fidelity="distribution",
            benchmark=False,
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
            benchmark=False,
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
            benchmark=False,
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
            benchmark=False,
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
            benchmark=False,
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
            benchmark=False,
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
            benchmark=False,
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
            benchmark=False,
        ),
        "elastic_transform": Entry(
            levels=(
                "elastic_transform(displacement=0.0416, sigma=0.7, jitter=0.1, border='constant')",
                "elastic_transform(displacement=0.166, sigma=0.08, jitter=0.2, border='constant')",
                "elastic_transform(displacement=0.0287, sigma=0.01, jitter=0.02, border='constant')",
                "elastic_transform(displacement=0.0402, sigma=0.01, jitter=0.02, border='constant')",
                "elastic_transform(displacement=0.0688, sigma=0.01, jitter=0.02, border='constant')",
            ),
            fidelity="distribution",
            note="one resampling instead of two; displacement is the effect of alpha and sigma at the published size",
            benchmark=False,
        ),
        "quantize": Entry(
            levels=(
                "quantize(bits=5)",
                "quantize(bits=4)",
                "quantize(bits=3)",
                "quantize(bits=2)",
                "quantize(bits=1)",
            ),
            fidelity="exact",
            benchmark=False,
        ),
        "line": Entry(
            levels=("line(amount=1)",),
            fidelity="distribution",
            note="the same formula with other random heights",
            benchmark=False,
        ),
        "inverse": Entry(
            levels=("inversion(amount=1)",),
            fidelity="exact",
            benchmark=False,
        ),
    },
)
