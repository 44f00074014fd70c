"""Texts that name a person where a paper should name a role: private addresses, mobile numbers, numbers of the state."""

import re
from collections.abc import Iterator

from hrworkbook.checking.publishing_fault import publishing_fault
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted

RULE = "personal-data"
_PRIVATE_MAIL = (
    "gmail", "googlemail", "hotmail", "outlook", "live", "msn", "yahoo", "ymail", "rocketmail", "icloud", "me", "mac", "aol",
    "btinternet", "btopenworld", "sky", "talktalk", "virginmedia", "ntlworld", "blueyonder", "tiscali", "plusnet", "orange",
    "proton", "protonmail", "pm", "gmx", "mail", "zoho", "fastmail", "tutanota",
)  # fmt: skip
"""Where people have addresses of their own, not their employer's: the first part of the domain."""
_MAIL = re.compile(rf"[\w.+'-]+@(?:{'|'.join(_PRIVATE_MAIL)})\.(?:com|co\.uk|net|org|uk|me|de|ie|ch)\b", re.IGNORECASE)
_MOBILE = re.compile(r"(?<![\d.])(?:\+44\s?\(?0?\)?\s?|0044\s?|0)7\d{3}[\s-]?\d{3}[\s-]?\d{3}(?!\d)")
_INSURANCE = re.compile(r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z]\s?[A-CEGHJ-NPR-TW-Z]\s?(?:\d\s?){6}[A-D]\b")
"""A National Insurance number (HMRC's manual NIM39110); QQ, kept for examples, is taken too."""
_INSURANCE_EXAMPLE = re.compile(r"\bQQ\s?(?:\d\s?){6}[A-D]\b")
_NHS = re.compile(r"(?<!\d)\d{3}[ -]\d{3}[ -]\d{4}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d{4}[ -]){3}\d{4}(?!\d)")
_BANK = re.compile(r"sort\s*code\W{0,5}\d\d[ -]?\d\d[ -]?\d\d", re.IGNORECASE)
_BIRTH = re.compile(r"\b(?:d\.?o\.?b\.?|date of birth|born)\b\W{0,5}\d{1,2}[ ./-]\w{1,9}[ ./-]\d{2,4}", re.IGNORECASE)


def personal_data(place: str, cell: str, text: str) -> Iterator[Finding]:
    """Yield what of a text names a person: a private e-mail address, a mobile or National Insurance number, and the like."""
    for what, found in personal_words(text):
        yield publishing_fault(
            place,
            cell,
            RULE,
            f"it holds {what}, {quoted(found)}",
            "Name the role, or an address of the council's",
            found,
        )


def personal_words(text: str) -> Iterator[tuple[str, str]]:
    """Yield each kind of personal datum in a text and the words themselves."""
    if "@" in text:
        yield from (("a private e-mail address", m[0]) for m in _MAIL.finditer(text))
    if not any(character.isdigit() for character in text):
        return
    yield from (("a mobile phone number", m[0].strip()) for m in _MOBILE.finditer(text))
    for pattern in (_INSURANCE, _INSURANCE_EXAMPLE):
        yield from (("a National Insurance number", m[0]) for m in pattern.finditer(text))
    yield from (("an NHS number", m[0]) for m in _NHS.finditer(text) if is_nhs_number(m[0]))
    yield from (("the number of a bank card", m[0]) for m in _CARD.finditer(text) if _passes_luhn(m[0]))
    yield from (("the number of a bank account", m[0]) for m in _BANK.finditer(text))
    yield from (("a date of birth", m[0]) for m in _BIRTH.finditer(text))


def is_nhs_number(text: str) -> bool:
    """Return whether ten digits end in the right check digit (NHS Data Dictionary, modulus 11)."""
    digits = [int(d) for d in text if d.isdigit()]
    check = 11 - sum(d * (10 - at) for at, d in enumerate(digits[:9])) % 11
    return len(digits) == 10 and check != 10 and digits[9] == check % 11


def _passes_luhn(text: str) -> bool:
    """Return whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    digits = [int(d) for d in text if d.isdigit()][::-1]
    return sum(d if at % 2 == 0 else d * 2 - 9 * (d > 4) for at, d in enumerate(digits)) % 10 == 0
