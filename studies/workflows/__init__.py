"""Whole studies, from the question to the report."""
