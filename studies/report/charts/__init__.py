"""Charts: one style, one file for each kind."""
