"""What a merge is made of: whose a return is, what it changes, and what becomes of each cell."""
