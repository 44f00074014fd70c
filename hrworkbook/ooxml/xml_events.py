"""One pass over a part's XML, element by element, without building a tree."""

from collections.abc import Callable
from xml.parsers import expat

OnStart = Callable[[str, dict[str, str]], object]
"""Called at the start of an element with its name, prefix included, and its attributes."""
OnText = Callable[[str], object]
"""Called at the end of an element with its name, or with a piece of text."""


def parse_elements(
    xml: bytes, start: OnStart | None = None, end: OnText | None = None, characters: OnText | None = None
) -> bool:
    """Pass the elements and texts of XML, given as UTF-8, to those who ask; return whether it is well-formed to its end."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        return False
    return True
