"""Stored results as rows: one dataclass for each table."""
