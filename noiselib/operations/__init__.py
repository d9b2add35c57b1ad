"""Pure functions of arrays, one method in each file, of which families of corruptions are made."""
