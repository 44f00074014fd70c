"""A hostile file → its cells, read in a capped child process."""
