"""The results of a sweep: stored cells, read once, and the points of adaptive sweeps."""
