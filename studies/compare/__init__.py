"""Is a candidate worse than a baseline? ``python -m studies compare``, for people and for CI."""
