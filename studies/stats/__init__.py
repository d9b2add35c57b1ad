"""Pure statistics: arrays in, numbers out; no store, no files."""
