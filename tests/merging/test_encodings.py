"""Letters read in another encoding than they were written in: told from the signs beside them, or from untouched cells."""

import pytest

from hrworkbook.merging.encodings import Coding
from hrworkbook.merging.plausible_letters import is_plausible

WELL_WRITTEN = [
    "The café opens – £45k is agreed.",
    "Zoë’s team said “ready now” … and the rest follow.",
    "Cyngor Sir Gâr: Tŷ Elái, Llŷn, CAFÉ NOIR, Éire",
    "½ day a week, 20°C, 30m², 5 × 3, €200 or 200€",
    "• one point — and another; naïve, façade, Ångström, à la carte",
    "Between 10\u00a0and 20 (£m)",
]
SAMPLES = [
    "The café opens",
    "for £45k",
    "Zoë’s team",
    "agreed – in May",
    "“ready now”",
    "Müller, García, Señor",
    "voilà une idée",
]


@pytest.mark.parametrize("text", WELL_WRITTEN)
def test_what_people_write_is_plausible(text: str):
    assert is_plausible(text)


@pytest.mark.parametrize("text", SAMPLES)
@pytest.mark.parametrize("written", ["cp850", "cp437", "mac_roman"])
def test_what_another_encoding_leaves_is_not(text: str, written: str):
    damaged = Coding(written, "cp1252").damage(text)
    assert damaged == text or damaged.isascii() or not is_plausible(damaged)


@pytest.mark.parametrize("text", SAMPLES)
@pytest.mark.parametrize(
    "coding", [Coding("mac_roman", "cp1252"), Coding("utf-8", "cp1252"), Coding("utf-8", "mac_roman")]
)
def test_an_encoding_that_has_all_letters_is_put_right(text: str, coding: Coding):
    assert coding.mend(coding.damage(text)) == text
