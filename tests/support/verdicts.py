"""What a kind of column says of a value."""

from hrworkbook.plan.errors import format_message
from hrworkbook.plan.kinds import KINDS, ValueFault
from hrworkbook.plan.values import Value

RAG = ("Red", "Amber", "Green", "Complete")


def fault(kind: str, value: Value, words: tuple[str, ...] = RAG) -> ValueFault | None:
    """What is wrong with a value in a column 'Spend' of this kind, or None."""
    return KINDS[kind].fault(value, "Spend", words)


def said(kind: str, value: Value, words: tuple[str, ...] = RAG) -> str:
    """The whole sentence an officer reads of it, or ''."""
    found = fault(kind, value, words)
    return format_message("", found.fault, found.remedy) if found else ""
