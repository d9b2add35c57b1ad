"""Published protocols: their plan, their cells as numbers, and what they end in."""
