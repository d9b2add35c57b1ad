"""How fast noiselib is beside other packages, and what a sweep costs beyond its parts.

``python -m benchmarks`` measures the corruptions, ``python -m benchmarks.sweep`` a sweep.
"""
