"""The add-in, built from text."""
