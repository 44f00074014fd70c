"""What a merge is made of: what came in, whose it is, what it changes, and what becomes of each cell."""
