"""Several trainings: cross-validation, and comparison of settings."""
