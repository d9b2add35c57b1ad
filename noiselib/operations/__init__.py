"""What families are made of: pure functions of arrays, each file one method, none a corruption."""
