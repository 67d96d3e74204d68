"""General pays, reserve waits: what the bursar may move, with whose reason."""

import pytest

from central.errors import RecordError
from central.office import Act
from central.wallets import adjust, move, pay_out, read_wallets, statement
from core.money import ZERO, Money
from core.wallet import WalletKind

SCHOOL = "demo"
GENERAL, RESERVE = WalletKind.GENERAL, WalletKind.RESERVE


@pytest.fixture
def pupil(centre):
    row = centre.rows(
        "SELECT pupil_id FROM wallet WHERE reserve_cents > 2000 AND general_cents > 2000"
        " ORDER BY pupil_id"
    )
    return row[0][0]


@pytest.fixture
def wallets(centre, pupil):
    def wallets():
        with centre.store.database.reading() as session:
            return read_wallets(session, SCHOOL, pupil)

    return wallets


def act(clock, why="asked by the pupil"):
    return Act("anna", clock(), why)


def test_reserve_is_moved_to_general_and_back_once_a_key(centre, clock, pupil, wallets):
    before = wallets()
    cursor = centre.one("SELECT cursor FROM school")
    for _ in range(2):
        after = move(
            centre.store, SCHOOL, pupil=pupil, source=RESERVE, amount=Money(1500), key="a",
            act=act(clock),
        )  # fmt: skip
        assert after == wallets()
        assert after.general == before.general + Money(1500)
        assert after.reserve == before.reserve - Money(1500)
    assert centre.one("SELECT cursor FROM school") == cursor + 1
    assert centre.one("SELECT cursor FROM wallet WHERE pupil_id = ?", pupil) == cursor + 1
    move(
        centre.store, SCHOOL, pupil=pupil, source=GENERAL, amount=Money(1500), key="b",
        act=act(clock),
    )  # fmt: skip
    assert wallets() == before
    centre.expect_sound()


@pytest.mark.parametrize(
    ("source", "cents", "words"),
    [
        (RESERVE, 999_999, "the reserve wallet holds"),
        (GENERAL, 999_999, "the general wallet holds"),
        (RESERVE, 0, "above 0"),
        (RESERVE, -5, "above 0"),
    ],
)
def test_what_is_not_there_is_not_moved(centre, clock, pupil, wallets, source, cents, words):
    before = wallets()
    with pytest.raises(RecordError, match=words):
        move(
            centre.store, SCHOOL, pupil=pupil, source=source, amount=Money(cents), key="a",
            act=act(clock),
        )  # fmt: skip
    assert wallets() == before


def test_reserve_never_pays_a_purchase(centre, till, clock, pupil, wallets):
    before = wallets()
    till.sell(pupil, before.general.cents + 600)
    assert till.flags(till.send()) == ["overdraft"]
    assert wallets().reserve == before.reserve
    assert wallets().general == Money(-600)


def test_an_adjustment_has_a_reason_and_a_floor(centre, clock, pupil, wallets):
    before = wallets()

    def change(cents, *, wallet=GENERAL, key="k", why="dinner that was spoilt"):
        return adjust(
            centre.store, SCHOOL, pupil=pupil, wallet=wallet, change=Money(cents), key=key,
            act=act(clock, why),
        )  # fmt: skip

    for _ in range(2):
        assert change(250).general == before.general + Money(250)
    assert change(-250, key="l") == before
    for why in ("", "  ", "x" * 201):
        with pytest.raises(RecordError, match="reason of 1 to 200"):
            change(100, key="m", why=why)
    with pytest.raises(RecordError, match="not 0"):
        change(0, key="m")
    with pytest.raises(RecordError, match="may not go below"):
        change(-before.reserve.cents - 1, wallet=RESERVE, key="m")
    overdraft = centre.school.school.policy.overdraft_max.cents
    with pytest.raises(RecordError, match="may not go below"):
        change(-before.general.cents - overdraft - 1, key="m")
    assert change(-before.general.cents - overdraft, key="n").general == Money(-overdraft)
    with pytest.raises(RecordError, match="no pupil"):
        adjust(
            centre.store, SCHOOL, pupil="nobody", wallet=GENERAL, change=Money(1), key="k",
            act=act(clock),
        )  # fmt: skip
    centre.expect_sound()


def test_what_is_left_is_paid_out_once(centre, clock, pupil, wallets):
    before = wallets()
    assert pay_out(centre.store, SCHOOL, pupil=pupil, key="a", act=act(clock)) == (
        before.general + before.reserve
    )
    assert pay_out(centre.store, SCHOOL, pupil=pupil, key="a", act=act(clock)) == ZERO
    assert (wallets().general, wallets().reserve) == (ZERO, ZERO)
    with pytest.raises(RecordError, match="nothing to pay back"):
        pay_out(centre.store, SCHOOL, pupil=pupil, key="b", act=act(clock))
    centre.expect_sound()


def test_every_debit_is_explained(centre, till, clock, pupil, wallets):
    till.sell(pupil, 150)
    till.send()
    clock.advance(minutes=5)
    move(
        centre.store, SCHOOL, pupil=pupil, source=RESERVE, amount=Money(100), key="a",
        act=act(clock),
    )  # fmt: skip
    with centre.store.database.reading() as session:
        entries = statement(session, SCHOOL, pupil)
    newest = [(one.kind, one.wallet, one.change.cents, one.place, one.who) for one in entries[:3]]
    assert sorted(newest[:2]) == [
        ("wallet.moved", GENERAL, 100, "", "anna"),
        ("wallet.moved", RESERVE, -100, "", "anna"),
    ]
    assert newest[2] == ("sale.made", GENERAL, -150, "Till 1", "")
    assert entries[0].why == "asked by the pupil"
    sums = {
        kind: sum(one.change.cents for one in entries if one.wallet is kind)
        for kind in (GENERAL, RESERVE)
    }
    assert (sums[GENERAL], sums[RESERVE]) == (wallets().general.cents, wallets().reserve.cents)


def test_every_act_is_in_the_log(centre, clock, pupil):
    adjust(
        centre.store, SCHOOL, pupil=pupil, wallet=GENERAL, change=Money(-5), key="a",
        act=act(clock, "rounding"),
    )  # fmt: skip
    assert centre.rows("SELECT who, what, subject FROM audit") == [
        ("anna", "wallet.adjusted: adjustments 0.05, wallet.general -0.05: rounding", pupil)
    ]
