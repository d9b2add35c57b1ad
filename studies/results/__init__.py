"""Results on disk: cells and what is known of them, in one SQLite file."""
