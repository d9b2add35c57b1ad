"""Sweeps on several processes and machines, with Dask."""
