"""What stands on the papers: the words, the marks, and what must not stand there."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.money import Money
from core.people import Language
from core.receipt import Receipt, ReceiptLine
from printer.layout import lay_out
from printer.page import TextLine
from printer.paper import Paper
from printer.samples import sample_documents
from printer.words import words_in

RECEIPT = """\
             Collège du Pré-Fleuri
        Rue des Érables 12, 1050 Ixelles
                BE 0000.000.097

Reçu n° 42                      24/11/2026 12:07
Borne cantine-1                  Opérateur Nadia
Zoë M.  3B                          badge ..4821
────────────────────────────────────────────────
1 × Boulets à la liégeoise, frites          4,50
2 × Eau pétillante 50 cl           1,00     2,00
1 × Boeuf à l'oeuf, crème                   1,80
────────────────────────────────────────────────
TOTAL                                     8,30 €
Débité du porte-monnaie général          -8,30 €
Solde après*                             12,30 €
* solde provisoire, à confirmer par l'école

Référence 1-4207
        Ne vaut pas ticket de caisse TVA
                 Bon appétit !
"""
NARROW = """\
1 × Boulets à la liégeoise,
    frites                  4,50
2 × Eau pétillante 50 cl
    (1,00)                  2,00
1 × Boeuf à l'oeuf, crème   1,80
"""


def texts(document: object, **options: object) -> list[str]:
    operations = lay_out(document, **options)
    return [one.text for one in operations if isinstance(one, TextLine)]


def test_a_french_receipt_reads_like_this(sale: Receipt) -> None:
    from printer.encode import encode_document_for
    from printer.picture import text_of
    from printer.picture_printer import interpret
    from printer.profile import PICTURE

    printed = text_of(interpret(encode_document_for(sale, PICTURE), PICTURE))
    assert printed.startswith(RECEIPT)


def test_narrow_paper_wraps_and_keeps_the_amounts_at_the_edge(sale: Receipt) -> None:
    printed = "\n".join(texts(sale, paper=Paper(columns=32))) + "\n"
    assert NARROW in printed


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_no_line_is_wider_than_the_paper(language: Language, columns: int) -> None:
    for document in sample_documents(language).values():
        for one in lay_out(document, paper=Paper(columns=columns), duplicate_no=12):
            if isinstance(one, TextLine):
                assert len(one.text) * one.style.width <= columns, one.text


@pytest.mark.parametrize("language", Language)
def test_training_papers_say_so_at_both_ends(language: Language) -> None:
    words = words_in(language)
    for document in sample_documents(language).values():
        if hasattr(document, "is_training"):
            said = texts(replace(document, is_training=True))
            marks = [line for line in said if words.training in line]
            assert len(marks) == 2
            assert words.training in said[0]
            assert words.training in said[-1]


@pytest.mark.parametrize("language", Language)
def test_copies_are_numbered_at_both_ends(language: Language) -> None:
    words = words_in(language)
    for document in sample_documents(language).values():
        said = texts(document, duplicate_no=3)
        assert sum(words.duplicate.format(3) in line for line in said) == 2


def test_the_offline_mark_stands_only_where_the_balance_is_not_confirmed(sale: Receipt) -> None:
    assert any("provisoire" in line for line in texts(sale))
    assert not any("provisoire" in line for line in texts(replace(sale, is_provisional=False)))
    hidden = texts(replace(sale, wallet_after=None))
    assert not any("Solde" in line or "provisoire" in line for line in hidden)


def test_a_collected_meal_moves_no_money_on_paper() -> None:
    said = texts(sample_documents(Language.FR)["receipt-collected"])
    assert "Repas servi" in said
    assert not any("TOTAL" in line or "Débité" in line for line in said)
    assert any(line.startswith("Payé à la réservation") for line in said)


def test_times_are_the_schools_own(sale: Receipt) -> None:
    late = replace(sale, at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC), zone_offset_minutes=120)
    assert any("01/07/2026 00:30" in line for line in texts(late))


@pytest.mark.parametrize(
    ("language", "written"),
    [
        (Language.FR, "-8,30 €"),
        (Language.NL, "€ -8,30"),
        (Language.DE, "-8,30 €"),
        (Language.EN, "-€8.30"),
    ],
)
def test_amounts_are_written_as_the_language_does(language: Language, written: str) -> None:
    assert words_in(language).money(Money(-830)) == written


def test_a_refund_at_the_bursar_shows_no_cash_received() -> None:
    slip = replace(sample_documents(Language.FR)["bursar"], amount=Money(-2000), drawer_event="")
    said = texts(slip)
    assert any("Retrait" in line for line in said)
    assert not any("Rendu" in line or "Tiroir" in line for line in said)


def test_a_report_without_sales_is_a_report_too() -> None:
    empty = replace(
        sample_documents(Language.FR)["report-z"],
        categories=(),
        tenders=(),
        vat_totals=(),
        cash=None,
        first_receipt_number=0,
        last_receipt_number=0,
        previous_hash="",
    )
    said = texts(empty)
    assert "aucun" in said
    assert not any("TVA" in line or "Caisse" in line for line in said)


def test_a_kiosk_slip_may_hide_the_wallets() -> None:
    slip = replace(
        sample_documents(Language.FR)["kiosk"], general=None, reserve=None, reservations=()
    )
    said = texts(slip)
    assert not any("Porte-monnaie" in line or "provisoire" in line for line in said)
    assert "Aucune réservation à venir" in said


def test_a_fresh_access_token_is_large_and_can_be_scanned() -> None:
    notice = replace(sample_documents(Language.FR)["notice"], secret="K7F2-9QPD", code="x")
    operations = lay_out(notice)
    secret = next(one for one in operations if isinstance(one, TextLine) and "K7F2" in one.text)
    assert secret.style.width == 2


def test_a_long_school_name_and_a_long_word_stay_on_the_paper(sale: Receipt) -> None:
    school = replace(
        sale.school, name="Institut " + "Sainte-Marie-Madeleine-" * 4, address="", number=""
    )
    long = replace(sale, school=school, lines=(ReceiptLine(12, "X" * 120, Money(1), 0),))
    for one in lay_out(long):
        if isinstance(one, TextLine):
            assert len(one.text) * one.style.width <= 48


def test_a_vat_rate_with_a_fraction_is_written_with_one() -> None:
    report = sample_documents(Language.FR)["report-z"]
    odd = replace(report, vat_totals=(replace(report.vat_totals[0], vat_permille=55),))
    assert any(line.startswith("5,5 %") for line in texts(odd))
