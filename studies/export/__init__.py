"""Stored cells as tidy tables for other programs: ``python -m studies export``."""
