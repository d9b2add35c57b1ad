"""A misspelt name: an error for type checkers, and at run time one with a suggestion."""

import noiselib

noise = noiselib.GausianNoise()
