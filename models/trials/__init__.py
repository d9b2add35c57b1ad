"""Several trainings beside one another: cross-validation, comparison of settings."""
