"""The commands of ``python -m models``, a file each; importing them loads nothing heavy."""
