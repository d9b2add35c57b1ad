"""What a study ends in: words, tables, pictures and one page."""
