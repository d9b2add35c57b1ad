"""The report of a train-by-test matrix."""
