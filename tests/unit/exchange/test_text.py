import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from vergabe.exchange.text import clean_line, clean_text

_anything = st.text(st.characters(exclude_categories=()), max_size=60)


@given(_anything)
def test_every_cleaned_text_can_stand_in_xml(text: str) -> None:
    element = etree.Element("a")
    element.text = clean_text(text)
    again = etree.tostring(element, encoding="UTF-8")
    assert etree.XML(again).text == (clean_text(text) or None)


@given(_anything)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert clean_line(clean_line(text)) == clean_line(text)


def test_what_xml_forbids_goes_and_everything_else_stays() -> None:
    dirty = "Ju\u0308lich\x00 \x0b<b>Los 1</b>\r\n&amp;amp;\ud800\ufffe\t\U0001f3db"
    assert clean_text(dirty) == "Jülich <b>Los 1</b>\n&amp;amp;\t\U0001f3db"


def test_line_has_no_breaks_and_no_blanks_at_its_ends() -> None:
    assert clean_line("  Los\t1\n\nReinigung\x00 ") == "Los 1 Reinigung"
