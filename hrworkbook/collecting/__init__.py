"""Returns that nobody issued → lines known by their key, with their sums as a witness."""
