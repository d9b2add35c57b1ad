"""The results database: SQLite with a single writer."""
