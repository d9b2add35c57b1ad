"""The commands of ``python -m models``, one file each; importing them loads nothing heavy."""
