"""What a bank writes is read to the cent, or refused whole with place and cure."""

import pytest
from bank_files import DAY, SCHOOL_IBAN, Paid, camt, coda

from central.bank.entries import BankFileError, cents_of, communication_in
from central.bank.formats import BankFormat, read_statements
from core.money import Money

COMMUNICATION = "090933755493"
PAYMENTS = (
    Paid(2500, communication=COMMUNICATION, reference="REF0001"),
    Paid(1050, text="voor Lea +++090/9337/55493+++ dank u", reference="REF0002"),
    Paid(-999, text="Kosten", reference="REF0003"),
)


@pytest.mark.parametrize(
    ("body", "known_as"),
    [
        *(
            (camt(*PAYMENTS, version=version), BankFormat.CAMT)
            for version in ("02", "04", "06", "08", "13")
        ),
        (b"\xef\xbb\xbf" + camt(*PAYMENTS), BankFormat.CAMT),
        (coda(*PAYMENTS), BankFormat.CODA),
        (coda(*PAYMENTS).replace(b"\r\n", b"\n"), BankFormat.CODA),
    ],
)
def test_every_form_tells_the_same(body, known_as):
    file = read_statements(body)
    assert file.format is known_as
    assert [entry.amount for entry in file.entries] == [Money(2500), Money(1050), Money(-999)]
    assert [entry.communication for entry in file.entries] == [COMMUNICATION, COMMUNICATION, ""]
    assert {entry.account for entry in file.entries} == {SCHOOL_IBAN}
    assert {entry.booked_on for entry in file.entries} == {DAY}
    assert [entry.reference for entry in file.entries] == ["REF0001", "REF0002", "REF0003"]
    assert file.entries[0].payer_name == "Ouders Peeters"
    assert file.entries[0].payer_account == "BE71096123456769"


def test_what_is_only_announced_is_not_booked():
    file = read_statements(camt(PAYMENTS[0], Paid(700, state="PDNG"), Paid(800, state="INFO")))
    assert [entry.amount for entry in file.entries] == [Money(2500)]


def test_a_sum_of_payments_is_taken_apart_where_each_is_named():
    parts = "".join(
        f'<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        for amount, text in (("10.00", "+++090/9337/55493+++"), ("15.00", "thanks"))
    )
    body = camt(Paid(2500, reference="SUM")).decode()
    start, end = body.index("<TxDtls>"), body.index("</NtryDtls>")
    entries = read_statements((body[:start] + parts + body[end:]).encode()).entries
    assert [(one.amount.cents, one.communication) for one in entries] == [
        (1000, COMMUNICATION),
        (1500, ""),
    ]
    nameless = (body[:start] + parts.replace("15.00", "14.00") + body[end:]).encode()
    whole = read_statements(nameless).entries
    assert [(one.amount.cents, one.communication) for one in whole] == [(2500, "")]


@pytest.mark.parametrize(
    ("written", "cents"),
    [("0", 0), ("12", 1200), ("12.3", 1230), ("12.34", 1234), ("12.34000", 1234), (" 7.00 ", 700)],
)
def test_an_amount_is_whole_cents(written, cents):
    assert cents_of(written) == cents


@pytest.mark.parametrize("written", ["12.345", "1,00", "-1", "", "1e3", "NaN", "\u0663"])
def test_an_amount_that_is_none_is_refused(written):
    with pytest.raises(ValueError, match=r"no amount|part of a cent"):
        cents_of(written)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+++090/9337/55493+++", COMMUNICATION),
        ("***090/9337/55493***", COMMUNICATION),
        ("090933755493", COMMUNICATION),
        ("090 9337 55493", COMMUNICATION),
        ("090/9337/55494", ""),
        ("1090933755493", ""),
        ("+++090/9337/55493+++ of +++010/8068/17183+++", ""),
        ("lunch", ""),
    ],
)
def test_a_communication_is_found_in_free_text_only_when_it_is_the_one(text, digits):
    assert communication_in(text) == digits


XML = camt(*PAYMENTS)
CODA = coda(*PAYMENTS)
_DAY = b"<BookgDt><Dt>2026-11-23"
_EURO = b'<Amt Ccy="EUR">10.50'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (XML[:-20], r"line \d+, column \d+: this is no whole XML"),
        (XML.replace(b"camt.053.001.02", b"camt.052.001.02"), "no camt.053"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + XML.partition(b"?>")[2], "no bank writes"),
        (XML.replace(b"25.00", b"25.005"), "statement 1, entry 1: .*part of a cent"),
        (XML.replace(_DAY, b"<BookgDt><Dt>23/11/26", 1), "1: its booking date"),
        (XML.replace(b">CRDT<", b">PLUS<"), "statement 1.*neither credit nor debit"),
        (XML.replace(_EURO, b'<Amt Ccy="USD">10.50'), "2: its amount is in USD"),
        (XML.replace(b"BE68539007547034", b"BE68539007547035"), "1: its account .* is no IBAN"),
        (XML.replace(b"<Ccy>EUR", b"<Ccy>CHF"), "kept in CHF"),
        (camt(*PAYMENTS, closing=1), "differ by .* euro"),
        (b"hello", "line 1: a line of CODA has 128"),
        (CODA[: len(CODA) // 2], r"line \d+: a line of CODA|ends before its trailer"),
        (CODA.replace(CODA.split(b"\r\n")[-2] + b"\r\n", b""), "ends before its trailer"),
        (CODA[130:], "begins with record 0"),
        (CODA.replace(b"000000000025000", b"000000000025100"), r"line \d+: this CODA file"),
        (CODA.replace(b"000000000025000", b"00000000002500x"), r"line \d+: this CODA file"),
        (CODA.replace(b"BE68539007547034", b"BE68539007547035"), "no Belgian IBAN"),
        (coda(*PAYMENTS, closing=1), r"CODA file cannot be read"),
        (CODA.replace(b"Kosten", b"Kost\x81n"), r"line \d+: it holds a byte"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_whole_is_refused_with_place_and_cure(body, words):
    with pytest.raises(BankFileError, match=words) as caught:
        read_statements(body)
    assert "\n" not in str(caught.value)


def test_an_old_account_number_becomes_an_iban():
    old = CODA.replace(
        b"12117BE68539007547034                  EUR", b"10117539007547034 EUR0BE                  "
    )
    old = old.replace(
        b"8117BE68539007547034                  EUR", b"8117539007547034 EUR0BE                  "
    )
    assert old != CODA
    assert {entry.account for entry in read_statements(old).entries} == {SCHOOL_IBAN}
