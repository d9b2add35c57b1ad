"""Tables: one dataclass for each row, and one function that writes them as CSV."""
