"""The report of a published protocol."""
