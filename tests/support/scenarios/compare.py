"""When two values mean the same, and what waits: the oracle's own reading."""

from collections import Counter
from datetime import datetime

from plans import Master

from hrworkbook.plan.values import Value, as_text, normalised_text, same_value


def asked(master: Master, *, files: bool = False) -> Counter[tuple[str, str, str]]:
    """The questions that wait; with `files`, also those about whole files."""
    return Counter(
        (d.text("ID"), d.text("Column"), d.text("In the return"))
        for d in master.decisions if not d.text("Done") and (files or d.text("Column") != "the whole file")
    )  # fmt: skip


def meaning_same(key: str, one: Value, other: Value) -> bool:
    """Whether two values mean the same in a column, whatever their form; this oracle's own reading."""
    return same_value(one, other) or _plain(key, one) == _plain(key, other)


def _plain(key: str, value: Value) -> object:
    text = normalised_text(value).casefold()
    if key in ("spend", "share"):
        number = text.replace("£", "").replace(",", "")
        try:
            return float(number[:-1]) / 100 if number.endswith("%") else float(number)
        except ValueError:
            return text
    if key == "agreed":
        return {"true": "yes", "y": "yes", "false": "no", "n": "no"}.get(text, text)
    if key == "done_on":
        for form in ("%d/%m/%Y", "%d %B %Y"):
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                pass
    return text


def as_form(value: Value) -> Value:
    if isinstance(value, float):
        return f"{round(value * 100)}%" if 0 < value <= 1 else f"{value:,.0f}"
    return as_text(value) or None
