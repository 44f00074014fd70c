"""Takes mails apart in a capped child process, so that none can hold up or use up the process that asks."""

import json
import time as clock
from typing import TYPE_CHECKING

from hrworkbook.errors import UnreadableFile
from hrworkbook.inbox.mail import Mail, unpacked
from hrworkbook.reading.bounds import refused

if TYPE_CHECKING:
    from hrworkbook.reading.workerline import Line

SECONDS = 8.0
"""The longest that one mail may take; one of 60 MB takes two."""
MEMORY_MB = 1024
_SAVE = "Open it in your mail program, save the workbook and give that"


class MailReader:
    """A child process that takes mails apart, started with the first and replaced when one ends it; close it."""

    def __init__(self, seconds: float = SECONDS, memory_mb: int = MEMORY_MB) -> None:
        self.seconds = seconds
        self.memory_mb = memory_mb
        self._line: Line | None = None

    def read(self, data: bytes, outlook: bool = False) -> Mail:
        """One mail, or an Outlook message; raises UnreadableFile."""
        request = json.dumps({"outlook": outlook, "size": len(data)}).encode("ascii")
        while True:
            line = self._connected()
            line.ask(request, data)
            answer = line.answer(clock.monotonic() + self.seconds, self.memory_mb)
            if isinstance(answer, tuple):
                facts = answer[1]
                if "fault" in facts:
                    raise refused(facts["fault"], facts["remedy"])
                return unpacked(facts, facts["enclosed"])
            self.close()
            if answer != "retired":
                raise _refusal(answer, self.seconds)

    def close(self) -> None:
        """End the child."""
        if self._line:
            self._line.hang_up()
            self._line = None

    def _connected(self) -> "Line":
        if self._line is None:
            from hrworkbook.reading.workerline import Line

            self._line = Line(self.memory_mb, "hrworkbook.inbox.mail_worker")
        return self._line


def _refusal(why: str, seconds: float) -> UnreadableFile:
    """The refusal of a mail that ended its child."""
    if why == "late":
        return refused(
            f"this mail took longer than {seconds:g} seconds to take apart, far longer than any honest mail", _SAVE
        )
    if why == "memory":
        return refused("this mail needs more memory than any honest mail should", _SAVE)
    return refused("this mail is damaged in a way that stops the reader", _SAVE)
