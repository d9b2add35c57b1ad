"""Pages, charts and texts made of tables."""
