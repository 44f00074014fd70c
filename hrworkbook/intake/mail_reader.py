"""Takes mails apart in a capped child process, so that none can hold up or use up the process that asks."""

import json
import time as clock
from typing import TYPE_CHECKING

from hrworkbook.intake.mail import Mail, unpacked
from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.plan.errors import UnreadableFile

if TYPE_CHECKING:
    from hrworkbook.intake.child_process import ChildProcess

SECONDS = 8.0
"""The longest that one mail may take; one of 60 MB takes two."""
MEMORY_MB = 1024
_SAVE = "Open it in your mail program, save the workbook and give that"


class MailReader:
    """A child process that takes mails apart, started with the first and replaced when one ends it; close it."""

    def __init__(self, seconds: float = SECONDS, memory_mb: int = MEMORY_MB) -> None:
        self.seconds = seconds
        self.memory_mb = memory_mb
        self._line: ChildProcess | None = None

    def read(self, data: bytes, outlook: bool = False) -> Mail:
        """Return a parsed mail, or Outlook message; raise UnreadableFile where it cannot be read."""
        request = json.dumps({"outlook": outlook, "size": len(data)}).encode("ascii")
        while True:
            line = self._connected()
            line.send(request, data)
            answer = line.receive(clock.monotonic() + self.seconds, self.memory_mb)
            if isinstance(answer, tuple):
                facts = answer[1]
                if "fault" in facts:
                    raise refuse_package(facts["fault"], facts["remedy"])
                return unpacked(facts, facts["enclosed"])
            self.close()
            if answer != "retired":
                raise _refusal(answer, self.seconds)

    def close(self) -> None:
        """End the child."""
        if self._line:
            self._line.kill()
            self._line = None

    def _connected(self) -> "ChildProcess":
        if self._line is None:
            from hrworkbook.intake.child_process import ChildProcess

            self._line = ChildProcess(self.memory_mb, "hrworkbook.intake.mail_worker")
        return self._line


def _refusal(why: str, seconds: float) -> UnreadableFile:
    """Return the refusal of a mail whose child process was ended, by the reason."""
    if why == "late":
        return refuse_package(
            f"this mail took longer than {seconds:g} seconds to take apart, far longer than any honest mail", _SAVE
        )
    if why == "memory":
        return refuse_package("this mail needs more memory than any honest mail should", _SAVE)
    return refuse_package("this mail is damaged in a way that stops the reader", _SAVE)
