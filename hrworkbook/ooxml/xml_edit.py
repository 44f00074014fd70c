"""A small part's XML edited in place: only what is asked for changes, and every other byte stays."""

from hrworkbook.ooxml.xml_outline import grown, outline, spliced, with_value
from hrworkbook.ooxml.xml_tags import quoted_attribute


def with_attribute(xml: bytes, element: str, name: str, value: str, after: tuple[str, ...] = ()) -> bytes:
    """Return the XML with an attribute set on a child of its root.

    Where there is no such child, an empty one is put in: behind the children named in `after`, before all others.
    """
    root = outline(xml, 1)
    given = quoted_attribute(value)
    if child := root.child(element):
        tag = with_value(xml[child.start : child.tag_end].decode(), name, given)
        return spliced(xml, [(child.start, child.tag_end, tag.encode())])
    new = f"<{root.prefix}{element} {name}={given}/>".encode()
    if root.close < 0:
        return spliced(xml, grown(xml, root, new))
    behind = [child.end for child in root.children if child.local in after]
    at = behind[-1] if behind else root.tag_end
    return spliced(xml, [(at, at, new)])


def child_attribute(xml: bytes, element: str, name: str) -> str:
    """Return an attribute of a child of the root; '' where there is none."""
    child = outline(xml, 1).child(element)
    return child.attributes.get(name, "") if child else ""


def with_last_child(xml: bytes, child: str) -> bytes:
    """Return the XML with an element put in as its root's last child."""
    return spliced(xml, grown(xml, outline(xml, 0), child.encode()))


def root_name(xml: bytes) -> str:
    """Return the local name of the root element."""
    return outline(xml, 0).local
