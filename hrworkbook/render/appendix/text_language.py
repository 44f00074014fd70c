"""The language of a text, where it is not the document's: Welsh by its words, others by their letters.

A screen reader reads each part in the voice of its language (WCAG 2.2, 3.1.2). What is not certain stays in the document's.
"""

import re
from enum import Enum
from functools import lru_cache

_ONLY_WELSH = """
ac bod bydd byddai cyfer cymraeg cyngor drwy ein fod fydd gael gan gwaith gwasanaeth gwasanaethau gyda gyfer gyngor gymraeg hyn
maent mae mewn neu newydd nid oedd oherwydd rhwng roedd sydd sy'n wedi wrth yng ydy yn yr yw a'r i'r o'r
"""
_ALSO_WELSH = """
am ar at cael chi dan eich ei eu fel hwn hon iawn nad ni oes pob rhai sy trwy tua wnaeth y ym yw'r a â
"""
"""Words that other languages have too, or that are short."""
_WELSH_ALONE = frozenset(_ONLY_WELSH.split())
_WELSH_WORDS = _WELSH_ALONE | frozenset(_ALSO_WELSH.split())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_MIN_WELSH_SHARE = 0.2
_SCRIPTS = (
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), "el-GR"),
    (re.compile(r"[\u0400-\u04ff]"), "ru-RU"),
    (re.compile(r"[\u0590-\u05ff]"), "he-IL"),
    (re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"), "ar-SA"),
    (re.compile(r"[\u0900-\u097f]"), "hi-IN"),
    (re.compile(r"[\u0980-\u09ff]"), "bn-BD"),
    (re.compile(r"[\u0a00-\u0a7f]"), "pa-IN"),
    (re.compile(r"[\u0a80-\u0aff]"), "gu-IN"),
    (re.compile(r"[\u0b80-\u0bff]"), "ta-IN"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th-TH"),
    (re.compile(r"[\u3040-\u30ff]"), "ja-JP"),
    (re.compile(r"[\uac00-\ud7af]"), "ko-KR"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh-CN"),
)
"""The language most written in a script; kana before the ideographs that they stand among."""
_URDU = re.compile(r"[\u0679\u0688\u0691\u06ba\u06be\u06c1\u06d2]")
_UKRAINIAN = re.compile(r"[\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491]")
_EAST_ASIAN = ("ja", "ko", "zh")
_RIGHT_TO_LEFT = ("he", "ar", "ur")
_COMPLEX = (*_RIGHT_TO_LEFT, "hi", "bn", "pa", "gu", "ta", "th")


class Script(Enum):
    """How Word treats a language's letters: the value is the attribute of `w:lang` it is said in (ECMA-376 part 1, 17.3.2.20)."""

    WESTERN = "val"
    EAST_ASIAN = "eastAsia"
    COMPLEX = "bidi"


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """Return the language tag of a text, such as `cy-GB`; '' where it is the document's, or not certain."""
    if not text.isascii():
        letters = sum(c.isalpha() for c in text)
        for script, language in _SCRIPTS:
            if 2 * len(script.findall(text)) > letters:
                return _refined(text, language)
    return "cy-GB" if _is_welsh(text) else ""


def script_of(language: str) -> Script:
    """Return how Word treats the letters of a language."""
    primary = language.partition("-")[0]
    if primary in _EAST_ASIAN:
        return Script.EAST_ASIAN
    return Script.COMPLEX if primary in _COMPLEX else Script.WESTERN


def is_right_to_left(language: str) -> bool:
    """Return whether a language is written from right to left."""
    return language.partition("-")[0] in _RIGHT_TO_LEFT


def _refined(text: str, language: str) -> str:
    if language == "ar-SA" and _URDU.search(text):
        return "ur-PK"
    return "uk-UA" if language == "ru-RU" and _UKRAINIAN.search(text) else language


def _is_welsh(text: str) -> bool:
    """Whether a text has several words that only Welsh has, and enough of its small words for its length."""
    words = [w.casefold().replace("’", "'") for w in _WORD.findall(text.replace("’", "'"))]
    alone = {w for w in words if w in _WELSH_ALONE}
    return len(alone) >= 2 and sum(w in _WELSH_WORDS for w in words) >= _MIN_WELSH_SHARE * len(words)
