"""Payment references and the payment code: our own rules against another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban

from core.epc import epc_payload
from core.payment_reference import (
    PaymentReferenceError,
    grouped_iban,
    parse_communication,
    parse_iban,
    structured_communication,
)

GOOD = {
    "beneficiary": "Ecole Test ASBL",
    "iban": "BE72000000001616",
    "amount_cents": 1250,
    "communication": "+++090/9337/55493+++",
}


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (3124013980, "+++312/4013/98067+++"),
        (909337554, "+++090/9337/55493+++"),
        (97, "+++000/0000/09797+++"),
        (9999999999, "+++999/9999/99948+++"),
    ],
)
def test_published_communications(number: int, written: str) -> None:
    assert structured_communication(number) == written
    assert parse_communication(written.replace("+", "*")) == written


@given(number=st.integers(0, 9_999_999_999))
def test_a_communication_is_ten_digits_and_their_remainder(number: int) -> None:
    digits = "".join(filter(str.isdigit, structured_communication(number)))
    assert int(digits[:10]) == number
    assert int(digits[10:]) % 97 == number % 97
    assert 1 <= int(digits[10:]) <= 97


@given(number=st.integers(0, 9_999_999_999), place=st.integers(0, 11), other=st.integers(1, 9))
def test_one_wrong_digit_is_found(number: int, place: int, other: int) -> None:
    written = structured_communication(number)
    places = [index for index, mark in enumerate(written) if mark.isdigit()]
    index = places[place]
    wrong = written[:index] + str((int(written[index]) + other) % 10) + written[index + 1 :]
    with pytest.raises(PaymentReferenceError, match=r"090/9337/55493"):
        parse_communication(wrong)


@pytest.mark.parametrize("written", ["", "lunch for Bob", "+++090/9337/5549+++", "090933755493"])
def test_what_has_another_form_is_no_communication(written: str) -> None:
    with pytest.raises(PaymentReferenceError, match="no structured communication"):
        parse_communication(written)


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(PaymentReferenceError, match="ten digits"):
        structured_communication(10**10)


@given(account=st.from_regex(r"BE[0-9]{14}", fullmatch=True))
def test_iban_checks_agree_with_python_stdnum(account: str) -> None:
    try:
        ours = parse_iban(account)
    except PaymentReferenceError:
        ours = None
    digits = account[4:] + "1114" + account[2:4]
    assert (ours is not None) == (int(digits) % 97 == 1)
    if stdnum_iban.is_valid(account):
        assert ours == account


@pytest.mark.parametrize(
    "account", ["BE72 0000 0000 1616", "be72000000001616", "GB82WEST12345698765432"]
)
def test_good_accounts(account: str) -> None:
    assert stdnum_iban.is_valid(account) or account.startswith("be")
    assert parse_iban(account) == account.replace(" ", "").upper()


@pytest.mark.parametrize("account", ["BE72000000001617", "BE72", "", "7200000000161600"])
def test_bad_accounts(account: str) -> None:
    with pytest.raises(PaymentReferenceError, match="no valid IBAN"):
        parse_iban(account)


def test_people_read_accounts_in_fours() -> None:
    assert grouped_iban("BE72000000001616") == "BE72 0000 0000 1616"


def test_the_payload_of_the_notes() -> None:
    payload = epc_payload(**GOOD)
    assert payload == (
        "BCD\n002\n1\nSCT\n\nEcole Test ASBL\nBE72000000001616\n"
        "EUR12.50\n\n\n+++090/9337/55493+++\n"
    )
    assert len(payload.encode()) == 80


def test_the_communication_stands_in_line_eleven_never_ten() -> None:
    lines = epc_payload(**GOOD).split("\n")
    assert lines[9] == ""
    assert parse_communication(lines[10])


def test_the_payer_may_choose_the_amount() -> None:
    assert epc_payload(**{**GOOD, "amount_cents": None}).split("\n")[7] == ""


@given(name=st.text(min_size=1).filter(lambda name: name.strip()))
def test_a_payload_has_twelve_lines_and_fits(name: str) -> None:
    try:
        payload = epc_payload(**{**GOOD, "beneficiary": name})
    except PaymentReferenceError:
        return
    assert payload.count("\n") == 11
    assert len(payload.encode()) <= 331 + 70 * 3


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"iban": "BE72000000001617"}, "no valid IBAN"),
        ({"communication": "+++090/9337/55494+++"}, "structured communication"),
        ({"amount_cents": 0}, "least is one cent"),
        ({"amount_cents": 10**11}, "cannot be asked"),
        ({"beneficiary": " \x00"}, "account holder"),
    ],
    ids=["iban", "communication", "nothing", "too much", "no name"],
)
def test_what_cannot_be_paid_is_refused(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(PaymentReferenceError, match=complaint):
        epc_payload(**{**GOOD, **change})
