"""What is owed for an activity: how an instalment stands on a day, and where money goes first."""

from datetime import date, timedelta

import pytest
from canteen import TODAY

from core.ids import PupilId
from core.invoices import DueState, Instalment, Invoice, spread
from core.money import ZERO, Money, sum_money

DAY = timedelta(days=1)
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY
PLAN = ((1, YESTERDAY, Money(4000)), (2, TODAY, Money(3000)), (3, TOMORROW, Money(3000)))


def invoice(*, credited: int = 0, paid: int = 0) -> Invoice:
    money = {"credited": Money(credited), "paid": Money(paid)}
    return Invoice(
        id="i1",
        pupil=PupilId("p1"),
        activity="ski",
        label="Neige",
        digits="090933755493",
        made_on=YESTERDAY,
        amount=sum_money(amount for _, _, amount in PLAN),
        instalments=spread(PLAN, **money),
        **money,
    )


@pytest.mark.parametrize(
    ("amount", "paid", "due_on", "state"),
    [
        (0, 0, YESTERDAY, DueState.CREDITED),
        (4000, 4000, YESTERDAY, DueState.PAID),
        (4000, 3999, YESTERDAY, DueState.LATE),
        (4000, 3999, TODAY, DueState.PART_PAID),
        (4000, 0, TODAY, DueState.OPEN),
        (4000, 0, TOMORROW, DueState.OPEN),
    ],
)
def test_how_an_instalment_stands(amount: int, paid: int, due_on: date, state: DueState) -> None:
    assert Instalment(1, due_on, Money(amount), Money(paid)).state(TODAY) is state


@pytest.mark.parametrize(
    ("credited", "paid", "state", "overdue", "next_number"),
    [
        (0, 0, DueState.LATE, 4000, 1),
        (0, 4000, DueState.PART_PAID, 0, 2),
        (0, 10000, DueState.PAID, 0, None),
        (6000, 4000, DueState.PAID, 0, None),
        (10000, 0, DueState.CREDITED, 0, None),
    ],
)
def test_how_an_invoice_stands(
    credited: int, paid: int, state: DueState, overdue: int, next_number: int | None
) -> None:
    made = invoice(credited=credited, paid=paid)
    assert made.state(TODAY) is state
    assert made.overdue(TODAY) == Money(overdue)
    due = made.next_due()
    assert (due and due.number) == next_number
    assert made.left == sum_money(one.left for one in made.instalments)


def test_a_payment_goes_to_the_first_and_a_credit_to_the_last() -> None:
    parts = spread(PLAN, credited=Money(3500), paid=Money(4100))
    assert [one.amount.cents for one in parts] == [4000, 2500, 0]
    assert [one.paid.cents for one in parts] == [4000, 100, 0]


@pytest.mark.parametrize("money", [{"credited": 10001, "paid": 0}, {"credited": 1, "paid": 10000}])
def test_an_invoice_takes_no_more_than_it_asks_for(money: dict[str, int]) -> None:
    with pytest.raises(AssertionError, match="more than it asks for"):
        spread(PLAN, **{name: Money(cents) for name, cents in money.items()})


def test_its_communication_is_what_a_bank_asks_for() -> None:
    assert invoice().communication == "+++090/9337/55493+++"
    assert invoice(credited=1000).owed == Money(9000)
    assert invoice(paid=10000).left == ZERO
