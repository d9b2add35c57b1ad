"""A page in the browser to see and feel what a corruption does; it needs no network."""
