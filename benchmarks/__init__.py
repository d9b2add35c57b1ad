"""The speed of noiselib compared with other packages, and the overhead of a sweep.

``python -m benchmarks`` measures the corruptions, ``python -m benchmarks.sweep`` a sweep.
"""
