"""The explorer: pages in the browser that show what corruptions do; they need no network."""
