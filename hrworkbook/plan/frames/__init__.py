"""Data frames: a schema as a pandera schema, whose failure cases are our own messages.

To import it is to register our checks and types with pandera, so that a schema can be read back from YAML.
"""

from hrworkbook.plan.frames.compile import to_pandera as to_pandera
