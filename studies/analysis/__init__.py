"""Stored cells -> what they say of whole paths and of pairs of models, with intervals.

The arithmetic is in `crossing`, `paired`, `sign_flips`, `sample_size`, `breaking` and
`training_spread`, which know arrays alone; `answers` reads the store; ``*_rows`` make tidy rows
of both; `analyse` makes all of them in one pass. ``docs/statistics.md`` has the formulas and how
often the intervals hold the truth.
"""
