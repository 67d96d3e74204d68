"""A presence that went to settle: taken back, its case is closed and its money moves once."""

import presence_facts
import pytest
from presence_facts import SCHOOL, enters, takes_back

from central.errors import RecordError
from central.exceptions import Resolution, find_exception, settle
from central.office import Act
from central.presence_corrections import withdraw_presence
from core.ledger import AccountKind
from core.money import ZERO

pupil = presence_facts.pupil
study = presence_facts.study


def case_of(centre, event):
    with centre.store.database.reading() as session:
        return find_exception(session, SCHOOL, f"{event}.to_settle")


def settle_as(centre, event, how, **more):
    act = Act("anna", centre.clock(), "looked at it")
    return settle(centre.store, SCHOOL, case=f"{event}.to_settle", how=how, act=act, **more)


def by_the_office(centre, till, sealed, pupil):
    act = Act("fatima", centre.clock(), "the wrong twin")
    return withdraw_presence(centre.store, SCHOOL, event=sealed.id, act=act)


def by_a_terminal(centre, till, sealed, pupil):
    takes_back(till, sealed, pupil)
    till.send()


ACCOUNTS = (AccountKind.STUDY, AccountKind.WAIVED, AccountKind.EXCEPTIONS)


def accounts(centre):
    """Return what stands on the accounts that a presence and its case move."""
    sums = dict(centre.rows("SELECT account, SUM(cents) FROM leg GROUP BY account"))
    return {kind.value: sums[kind.value] for kind in ACCOUNTS if sums.get(kind.value)}


@pytest.mark.parametrize("take_back", [by_the_office, by_a_terminal])
def test_a_presence_that_went_to_settle_closes_its_case_when_it_is_taken_back(
    centre, till, study, pupil, take_back
):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    assert case_of(centre, sealed.id).is_open, "the control"
    centre.clock.advance(minutes=5)
    take_back(centre, till, sealed, pupil)
    case = case_of(centre, sealed.id)
    assert (case.resolution, case.note) == (Resolution.REVERSED, "the wrong twin")
    assert case.settled_by in {"fatima", "fatima (Till 1)"}
    assert case.settled_at == centre.clock()
    audited = centre.rows("SELECT who, what FROM audit WHERE subject = ?", case.id)
    assert audited == [(case.settled_by, "exception to_settle reversed: the wrong twin")]
    assert centre.balance(pupil) == before
    # Again, by either hand, nothing is closed or given back a second time.
    centre.clock.advance(minutes=5)
    by_the_office(centre, till, sealed, pupil)
    by_a_terminal(centre, till, sealed, pupil)
    assert case_of(centre, sealed.id) == case
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_in_one_batch_the_case_is_opened_and_closed(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    takes_back(till, sealed, pupil)
    assert till.flags(till.send()) == ["to_settle", None]
    assert case_of(centre, sealed.id).resolution is Resolution.REVERSED
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_what_was_taken_back_is_not_waived_as_well(centre, till, study, pupil):
    """Another rule that the same fact broke is still looked at, but its money is back already."""
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True, badge="ab" * 16)
    till.send()
    by_the_office(centre, till, sealed, pupil)
    other = f"{sealed.id}.unknown_badge"
    act = Act("anna", centre.clock(), "looked at it")
    with pytest.raises(RecordError, match="was taken back"):
        settle(centre.store, SCHOOL, case=other, how=Resolution.WAIVED, act=act)
    settle(centre.store, SCHOOL, case=other, how=Resolution.ACCEPTED, act=act)
    assert centre.balance(pupil) == before
    centre.expect_sound()


def test_what_the_school_carried_goes_back_to_the_school(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    settle_as(centre, sealed.id, Resolution.WAIVED)
    assert centre.balance(pupil) == before
    assert by_the_office(centre, till, sealed, pupil) == ZERO
    assert centre.balance(pupil) == before, "it was given back once"
    assert accounts(centre) == {}
    assert case_of(centre, sealed.id).resolution is Resolution.WAIVED, "what was settled stays so"
    centre.expect_sound()


def test_what_somebody_else_was_charged_goes_back_to_them(centre, till, study, pupil):
    payer = next(
        one.id for one in centre.school.pupils if one.id != pupil and centre.balance(one.id) > 1000
    )
    before = [centre.balance(one) for one in (pupil, payer)]
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    settle_as(centre, sealed.id, Resolution.CHARGED, pupil=payer)
    assert centre.balance(payer) == before[1] - 100, "the control"
    by_the_office(centre, till, sealed, pupil)
    assert [centre.balance(one) for one in (pupil, payer)] == before
    assert accounts(centre) == {}
    centre.expect_sound()


def test_a_terminal_that_takes_back_what_was_settled_asks_the_bursar(centre, till, study, pupil):
    before = centre.balance(pupil)
    sealed = enters(till, pupil, is_to_settle=True)
    till.send()
    settle_as(centre, sealed.id, Resolution.WAIVED)
    back = takes_back(till, sealed, pupil)
    assert till.flags(till.send())[-1] == "corrected_twice"
    assert centre.balance(pupil) == before, "it was given back once"
    assert accounts(centre) == {"waived": -100, "exceptions": 100}
    act = Act("anna", centre.clock(), "to the school")
    case = f"{back.id}.corrected_twice"
    settle(centre.store, SCHOOL, case=case, how=Resolution.WAIVED, act=act)
    assert accounts(centre) == {}
    centre.expect_sound()
