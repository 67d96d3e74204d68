"""Text reaches the paper as it is, or by a stand-in that is declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import printable
from printer.charset import CODECS, SUBSTITUTES, UNKNOWN, can_print, fit
from printer.encode import encode_operations
from printer.events import Line
from printer.interpreter import Interpreter
from printer.page import TextLine
from printer.profile import CHARACTERS_WANTED, PrinterProfile, vendor_names, vendor_profile

PAGES = st.sampled_from(sorted(CODECS))


@given(text=st.text(), page=PAGES)
def test_what_is_fitted_can_be_encoded_and_is_fitted_already(text: str, page: str) -> None:
    fitted = fit(text, page)
    assert fitted.encode(CODECS[page]) or not fitted
    assert fit(fitted, page) == fitted.strip()


@given(text=st.text(), page=PAGES)
def test_no_control_byte_survives(text: str, page: str) -> None:
    assert all(byte >= 0x20 and byte != 0x7F for byte in fit(text, page).encode(CODECS[page]))


@given(text=st.text(max_size=48), page=PAGES)
def test_random_text_comes_back_from_the_paper_as_it_was_fitted(text: str, page: str) -> None:
    fitted = fit(text, page)[:48]
    profile = PrinterProfile(name="any", code_page=page, code_page_number=19)
    interpreter = Interpreter(profile)
    events = interpreter.feed(encode_operations((TextLine(fitted),), profile))
    assert interpreter.finish() == []
    lines = [event for event in events if isinstance(event, Line)]
    assert "".join(line.text for line in lines) == fitted


@given(text=st.text(), page=PAGES)
def test_every_change_is_a_declared_one(text: str, page: str) -> None:
    for character in printable(text):
        fitted = fit(f"a{character}a", page)[1:-1]
        is_declared = (
            fitted == character
            or fitted == SUBSTITUTES.get(character)
            or fitted in {UNKNOWN, " "}
            or (len(fitted) <= 18 and not can_print(character, page))
        )
        assert is_declared, (character, fitted)


@pytest.mark.parametrize("name", vendor_names())
def test_every_printer_of_the_collection_prints_western_letters_or_says_how(name: str) -> None:
    page = vendor_profile(name).code_page
    for character in CHARACTERS_WANTED:
        fitted = fit(character, page)
        assert fitted == character or fitted in {"oe", "EUR", "ss", "e", "c", "a", "u", "n"}
        assert fitted != UNKNOWN


@pytest.mark.parametrize(
    ("text", "page", "fitted"),
    [
        ("Café 5 €", "CP858", "Café 5 €"),
        (
            "Bœuf à l\N{RIGHT SINGLE QUOTATION MARK}œuf \N{EN DASH} « cru »",
            "CP858",
            "Boeuf à l'oeuf - «\N{SPACE}cru\N{SPACE}»",
        ),
        ("Bœuf 5\N{NARROW NO-BREAK SPACE}€", "CP1252", "Bœuf 5 €"),
        ("5 € ß", "CP437", "5 EUR ß"),
        ("GROẞ", "CP858", "GROSS"),
        ("Łódź", "CP858", "Lódz"),
        ("日本", "CP858", "??"),
        ("tab\tand\nline", "CP858", "tab and line"),
        ("evil\x1b@\x1bp\x00", "CP858", "evil@p"),
    ],
)
def test_the_examples_of_the_documentation(text: str, page: str, fitted: str) -> None:
    assert fit(text, page) == fitted
