"""Data frames: a schema as a pandera schema, whose failure cases are our own messages."""
