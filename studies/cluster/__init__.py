"""Cells on many processes and machines, by Dask: the same bytes as in one process."""
