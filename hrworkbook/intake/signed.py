"""The message inside a signature: PKCS #7 SignedData (RFC 5652, 5.1) holds what was signed in plain.

Nothing is verified: a signature proves nothing here that a sender's address does not, and no certificate is trusted.
"""

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
ENVELOPED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
"""What is encrypted: EnvelopedData and AuthEnvelopedData."""
_SEQUENCE, _IDENTIFIER, _OCTETS, _EXPLICIT = 0x30, 0x06, 0x04, 0xA0
_DEPTH_MAX = 12


class NotSigned(ValueError):
    """The bytes hold no signed message."""


def is_pkcs7(data: bytes) -> bool:
    """Return whether bytes begin as a PKCS #7 structure does."""
    return data[:1] == b"\x30" and any(identifier in data[:64] for identifier in (SIGNED_DATA, *ENVELOPED))


def signed_message(data: bytes) -> bytes:
    """Return the message that a signature encloses; raises NotSigned where it encloses none, or what is encrypted."""
    try:
        identifier, content = _fields(_value(data, 0, _SEQUENCE)[0])[:2]
        if identifier != (_IDENTIFIER, SIGNED_DATA) or content[0] != _EXPLICIT:
            raise NotSigned
        parts = _fields(_value(content[1], 0, _SEQUENCE)[0])
        inner = next(value for tag, value in parts if tag == _SEQUENCE)
        enclosed = next(value for tag, value in _fields(inner) if tag == _EXPLICIT)
        return _octets(enclosed, 0)
    except (IndexError, ValueError, StopIteration):
        raise NotSigned("it holds no signed message") from None


def _octets(data: bytes, depth: int) -> bytes:
    """Return the bytes of octet strings, which may be made of others (X.690, 8.7)."""
    if depth > _DEPTH_MAX:
        raise NotSigned
    found = []
    for tag, value in _fields(data):
        if tag == _OCTETS:
            found.append(value)
        elif tag == _OCTETS | 0x20:
            found.append(_octets(value, depth + 1))
    if not found:
        raise NotSigned
    return b"".join(found)


def _fields(data: bytes) -> list[tuple[int, bytes]]:
    """Return tag and value of each element, up to an end of contents."""
    found = []
    at = 0
    while at < len(data) and data[at : at + 2] != b"\0\0":
        tag = data[at]
        value, at = _value(data, at, tag)
        found.append((tag, value))
    return found


def _value(data: bytes, at: int, tag: int, depth: int = 0) -> tuple[bytes, int]:
    """Return the value of the element at a place and where it ends; a length may be left open (X.690, 8.1.3.6)."""
    if data[at] != tag or tag & 0x1F == 0x1F or depth > _DEPTH_MAX:
        raise NotSigned
    first = data[at + 1]
    begin = at + 2
    if first == 0x80:
        end = begin
        while data[end : end + 2] != b"\0\0":
            _, end = _value(data, end, data[end], depth + 1)
        return data[begin:end], end + 2
    length = first
    if first > 0x80:
        size = first & 0x7F
        if size > 4:
            raise NotSigned
        length = int.from_bytes(data[begin : begin + size], "big")
        begin += size
    if begin + length > len(data):
        raise NotSigned
    return data[begin : begin + length], begin + length
