"""Characters that look like a Latin letter or a digit and are not."""

import unicodedata

_CYRILLIC = "АВЕЅІЈКМНОРСТУХавеѕіјкмнорстухһԁԛԝ"
_CYRILLIC_LATIN = "ABESIJKMHOPCTYXabesijkmhopctyxhdqw"
_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοιν"
_GREEK_LATIN = "ABEZHIKMNOPTYXoiv"
_LATIN_LOOKALIKES = dict(zip(_CYRILLIC + _GREEK, _CYRILLIC_LATIN + _GREEK_LATIN, strict=True))


def latin_lookalike(character: str) -> str:
    """Return the Latin letter or digit a foreign character looks like or stands for; '' where it is what it seems."""
    if character.isascii():
        return ""
    if character in _LATIN_LOOKALIKES:
        return _LATIN_LOOKALIKES[character]
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    wide = unicodedata.normalize("NFKC", character)
    is_twin = len(wide) == 1 and wide.isascii() and wide.isalnum() and unicodedata.category(character) != "No"
    return wide if is_twin else ""


def script_name(character: str) -> str:
    """Return the character as Unicode calls it, for a message: `Cyrillic capital letter VE`."""
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    for script in ("CYRILLIC", "GREEK", "ARABIC-INDIC", "EXTENDED ARABIC-INDIC", "FULLWIDTH", "MATHEMATICAL"):
        if name.startswith(script + " "):
            return script.title() + name[len(script) :].lower()
    return name.lower()
