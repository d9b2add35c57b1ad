"""What every other room of `studies` may use: errors, files, the terminal, progress, provenance."""
