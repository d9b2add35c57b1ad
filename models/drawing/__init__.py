"""Diagrams and text outlines of a network."""
