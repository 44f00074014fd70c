"""What the header or footer of a printed page may say."""

import re

from hrworkbook.plan.values import one_line

MOST_HEADER = 255
"""Characters in a header or footer, its codes included (Excel specifications and limits)."""


def header_text(text: str, size: int) -> str:
    """Return a text as it stands in a header or footer that is set in `size` points: on one line, `&` as `&&`.

    XlsxWriter takes the G of `R&&G` for a picture's place, and leaves the whole header out where there is no picture; so
    the size is said once more between the two.
    """
    return re.sub(r"&(?=(G|\[Picture\]))?", lambda at: f"&&&{size}" if at[1] else "&&", one_line(text))
