"""Money: whole cents, written and read, summed, and its VAT."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MoneyFormatError
from core.money import ZERO, Money, parse_money, sum_money, vat_within

amounts = st.integers(-(10**9), 10**9).map(Money)


@given(amounts)
def test_what_is_written_is_read_back(amount: Money) -> None:
    assert parse_money(amount.text()) == amount
    assert parse_money(amount.text(",")) == amount


@pytest.mark.parametrize("written", ["", "4.5", "4.505", "4,50 €", "1e3", "--1", "4 50", "٤"])
def test_other_spellings_are_refused_with_the_cure(written: str) -> None:
    with pytest.raises(MoneyFormatError, match=r"write it like 4\.50"):
        parse_money(written)


def test_whole_euro_need_no_decimals() -> None:
    assert parse_money(" -12 ") == Money(-1200)


@given(amounts, amounts)
def test_sums(first: Money, second: Money) -> None:
    assert first + second - second == first
    assert sum_money([first, second, -first]) == second
    assert bool(first) == (first != ZERO)
    assert first * 3 == first + first + first


@given(amounts, st.sampled_from([0, 60, 120, 210]))
def test_vat_and_net_make_the_gross_amount(gross: Money, vat_permille: int) -> None:
    vat = vat_within(gross, vat_permille=vat_permille)
    assert vat_within(-gross, vat_permille=vat_permille) == -vat
    # Within half a cent of the exact value: |1000·gross·rate - vat·(1000+rate)·1000| ≤ half.
    exact_scaled = gross.cents * vat_permille
    assert abs(2 * (exact_scaled - vat.cents * (1000 + vat_permille))) <= 1000 + vat_permille


@pytest.mark.parametrize(
    ("gross", "vat_permille", "vat"),
    [(450, 60, 25), (100, 210, 17), (106, 60, 6), (0, 60, 0), (450, 0, 0), (53, 60, 3)],
)
def test_vat_by_hand(gross: int, vat_permille: int, vat: int) -> None:
    assert vat_within(Money(gross), vat_permille=vat_permille) == Money(vat)


def test_a_float_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="whole cents"):
        Money(4.5)  # type: ignore[arg-type]


def test_a_float_comes_into_no_sum() -> None:
    with pytest.raises(AssertionError, match="whole cents"):
        Money(450) * 1.5  # type: ignore[operator]


@given(st.integers(), st.integers())
def test_a_sum_is_an_amount_like_any_other(first: int, second: int) -> None:
    added = Money(first) + Money(second)
    assert (added, hash(added), repr(added)) == (
        Money(first + second),
        hash(Money(first + second)),
        repr(Money(first + second)),
    )
    assert (Money(first) - Money(second), -Money(first)) == (Money(first - second), Money(-first))
