"""Stored outcomes -> numbers with intervals."""
