"""Who takes part in an activity: invited by the office, answered by the parents, invoiced.

Parents say yes or no, and may change it, until the deadline of the activity. A yes is an invoice
at once; a no after a yes credits it whole, and what was paid goes to the general wallet. The
office can enrol a whole class without asking, and take a pupil off it later, for a reason, at a
cost where the school has had some. Every answer stands in the log with who gave it.

Rows are locked in one order: the wallet, the activity, the pupil's row, the invoice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from central.activities.invoices import lock_invoice
from central.activities.payments import credit, make_invoice
from central.activities.plans import Activity, ActivityState, lock_activity, read_activity
from central.audit import write_audit
from central.database import Session
from central.errors import RecordError
from central.office import Act, checked_why, read_wallets
from central.records import read_school
from central.store import Store
from core.codec import moment_text
from core.ids import PupilId, SchoolId
from core.money import ZERO, Money


class AnswerRefusedError(RecordError):
    """Parents cannot answer so any longer; the text says why."""


class Answer(StrEnum):
    """What is known of a pupil and an activity."""

    INVITED = "invited"
    """The parents have not answered."""
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Participant:
    """A pupil of an activity. invoice: None where nothing is or was owed."""

    activity: str
    pupil: PupilId
    answer: Answer
    answered_by: str
    invoice: str | None
    turns: int


def class_pupils(session: Session, school: SchoolId, class_name: str) -> list[PupilId]:
    """Return the pupils of a class. Raises RecordError when there is no such class."""
    rows = session.rows(
        "SELECT id FROM pupil WHERE school_id = ? AND class_name = ? ORDER BY id",
        school,
        class_name,
    )
    if not rows:
        message = f"there is no class {class_name!r} at school {school}"
        raise RecordError(message)
    return [PupilId(row[0]) for row in rows]


def invite(
    store: Store, school: SchoolId, *, activity: str, pupils: Sequence[PupilId], act: Act
) -> int:
    """Ask the parents of pupils. Result: how many were not asked before."""
    with store.database.writing() as session:
        planned = _planned(session, school, activity)
        fresh = _fresh(session, school, planned, pupils)
        _add(session, school, planned, fresh)
        if fresh:
            words = f"{len(fresh)} pupils invited"
            write_audit(session, school, who=act.who, what=words, subject=activity, at=act.at)
    return len(fresh)


def enrol(
    store: Store, school: SchoolId, *, activity: str, pupils: Sequence[PupilId], act: Act
) -> int:
    """Let pupils take part without asking, each with an invoice. Result: how many are new.

    Who takes part already stays as it is. Raises RecordError when there are not enough places.
    """
    with store.database.writing() as session:
        wanted = sorted(set(pupils))
        _lock_wallets(session, school, wanted)
        planned = _planned(session, school, activity)
        _add(session, school, planned, _fresh(session, school, planned, wanted))
        taken = [_set_yes(session, school, planned, pupil, act) for pupil in wanted]
    return sum(taken)


def answer(
    store: Store,
    school: SchoolId,
    *,
    activity: str,
    pupil: PupilId,
    takes_part: bool,
    act: Act,
) -> Participant:
    """Take the parents' yes or no, until the deadline. The same answer again changes nothing.

    act: `who` is the parent. Raises AnswerRefusedError when it is too late, all places are taken,
    or this pupil was not invited.
    """
    with store.database.writing() as session:
        _lock_wallets(session, school, [pupil])
        planned = _planned(session, school, activity)
        found = _locked(session, school, activity, pupil)
        if found is None:
            message = "this pupil is not invited"
            raise AnswerRefusedError(message)
        if found.answer is (Answer.YES if takes_part else Answer.NO):
            return found
        if not planned.may_answer(_today(session, school, act)):
            message = f"answers could be given until {planned.answer_by.isoformat()}"
            raise AnswerRefusedError(message)
        if takes_part:
            _set_yes(session, school, planned, pupil, act)
        else:
            _set_no(session, school, found, kept=ZERO, act=act)
        return _known(session, school, activity, pupil)


def withdraw(
    store: Store, school: SchoolId, *, activity: str, pupil: PupilId, kept: Money, act: Act
) -> Participant:
    """Take a pupil off an activity at any time, for a reason. kept: what is owed all the same."""
    act = Act(act.who, act.at, checked_why(act.why))
    with store.database.writing() as session:
        _lock_wallets(session, school, [pupil])
        lock_activity(session, school, activity)
        found = _locked(session, school, activity, pupil)
        if found is None or found.answer is not Answer.YES:
            message = "this pupil does not take part"
            raise RecordError(message)
        _set_no(session, school, found, kept=kept, act=act)
        return _known(session, school, activity, pupil)


def cancel_activity(store: Store, school: SchoolId, *, activity: str, act: Act) -> int:
    """Cancel an activity: nobody owes anything for it. Twice is once. Result: how many invoices."""
    act = Act(act.who, act.at, checked_why(act.why))
    with store.database.writing() as session:
        pupils = [row.pupil for row in participants(session, school, activity)]
        _lock_wallets(session, school, sorted(pupils))
        planned = lock_activity(session, school, activity)
        if planned.state is ActivityState.CANCELLED:
            return 0
        count = 0
        for row in participants(session, school, activity):
            if row.invoice is not None:
                invoice = lock_invoice(session, school, row.invoice)
                if invoice.owed:
                    credit(session, school, invoice, invoice.owed, key="cancelled", act=act)
                    count += 1
        session.run(
            "UPDATE activity SET state = ? WHERE school_id = ? AND id = ?",
            ActivityState.CANCELLED.value,
            school,
            activity,
        )
        words = f"activity cancelled: {act.why}"
        write_audit(session, school, who=act.who, what=words, subject=activity, at=act.at)
    return count


# --- reading -----------------------------------------------------------------------------------

_COLUMNS = "activity_id, pupil_id, answer, answered_by, invoice_id, turns"


def participants(session: Session, school: SchoolId, activity: str) -> list[Participant]:
    """Return the pupils of an activity, in the order of their ids."""
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM activity_pupil"  # noqa: S608
        " WHERE school_id = ? AND activity_id = ? ORDER BY pupil_id",
        school,
        activity,
    )
    return [_participant(row) for row in rows]


def activities_of(session: Session, school: SchoolId, pupil: PupilId) -> list[Participant]:
    """Return what a pupil is asked for or takes part in."""
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM activity_pupil"  # noqa: S608
        " WHERE school_id = ? AND pupil_id = ? ORDER BY activity_id",
        school,
        pupil,
    )
    return [_participant(row) for row in rows]


def _participant(row: Sequence[object]) -> Participant:
    return Participant(
        activity=str(row[0]),
        pupil=PupilId(str(row[1])),
        answer=Answer(str(row[2])),
        answered_by=str(row[3]),
        invoice=None if row[4] is None else str(row[4]),
        turns=int(str(row[5])),
    )


def _locked(
    session: Session, school: SchoolId, activity: str, pupil: PupilId
) -> Participant | None:
    row = session.row(
        f"SELECT {_COLUMNS} FROM activity_pupil"  # noqa: S608
        f" WHERE school_id = ? AND activity_id = ? AND pupil_id = ?{session.for_update}",
        school,
        activity,
        pupil,
    )
    return None if row is None else _participant(row)


def _known(session: Session, school: SchoolId, activity: str, pupil: PupilId) -> Participant:
    found = _locked(session, school, activity, pupil)
    assert found is not None, "it was written a moment ago"
    return found


# --- writing -----------------------------------------------------------------------------------


def _planned(session: Session, school: SchoolId, activity: str) -> Activity:
    found = lock_activity(session, school, activity)
    if found.state is not ActivityState.PLANNED:
        message = f"{found.name} does not take place"
        raise AnswerRefusedError(message)
    return found


def _today(session: Session, school: SchoolId, act: Act) -> date:
    return read_school(session, school).calendar.business_day(act.at)


def _lock_wallets(session: Session, school: SchoolId, pupils: Sequence[PupilId]) -> None:
    for pupil in sorted(pupils):
        read_wallets(session, school, pupil, lock=True)


def _fresh(
    session: Session, school: SchoolId, activity: Activity, pupils: Sequence[PupilId]
) -> list[PupilId]:
    """Return the pupils who are not of the activity yet. Raises RecordError for a stranger."""
    wanted = sorted(set(pupils))
    here = {
        row[0]
        for row in session.rows_by(
            "SELECT id FROM pupil WHERE school_id = ? AND id IN", wanted, school
        )
    }
    for pupil in wanted:
        if pupil not in here:
            message = f"there is no pupil {pupil} at school {school}"
            raise RecordError(message)
    known = {row.pupil for row in participants(session, school, activity.id)}
    return [pupil for pupil in wanted if pupil not in known]


def _add(session: Session, school: SchoolId, activity: Activity, pupils: Sequence[PupilId]) -> None:
    session.insert_many(
        "activity_pupil",
        ("school_id", "activity_id", "pupil_id", "answer", "answered_by", "turns"),
        [(school, activity.id, pupil, Answer.INVITED.value, "", 0) for pupil in pupils],
    )


def _set_yes(
    session: Session, school: SchoolId, activity: Activity, pupil: PupilId, act: Act
) -> bool:
    """Let a pupil take part, and invoice it. Result: False when the pupil takes part already."""
    found = _known(session, school, activity.id, pupil)
    if found.answer is Answer.YES:
        return False
    _check_places(session, school, activity)
    invoice = None
    if activity.price:
        today = _today(session, school, act)
        invoice = make_invoice(
            session, school, activity, pupil, turn=found.turns, today=today, act=act
        )
    _write(session, school, found, Answer.YES, invoice, act)
    return True


def _set_no(
    session: Session, school: SchoolId, found: Participant, *, kept: Money, act: Act
) -> None:
    if found.answer is Answer.YES and found.invoice is not None:
        invoice = lock_invoice(session, school, found.invoice)
        less = invoice.owed - kept
        if kept < ZERO or less < ZERO:
            message = f"the invoice asks for {invoice.owed.text()} euro; keep 0 up to that"
            raise RecordError(message)
        if less:
            credit(session, school, invoice, less, key=f"turn {found.turns}", act=act)
    _write(session, school, found, Answer.NO, found.invoice, act)


def _write(
    session: Session,
    school: SchoolId,
    found: Participant,
    given: Answer,
    invoice: str | None,
    act: Act,
) -> None:
    session.run(
        "UPDATE activity_pupil SET answer = ?, answered_at = ?, answered_by = ?, invoice_id = ?,"
        " turns = turns + 1 WHERE school_id = ? AND activity_id = ? AND pupil_id = ?",
        given.value,
        moment_text(act.at),
        act.who,
        invoice,
        school,
        found.activity,
        found.pupil,
    )
    words = f"{given.value}: {found.pupil}" + (f": {act.why}" if act.why else "")
    write_audit(session, school, who=act.who, what=words, subject=found.activity, at=act.at)


def _check_places(session: Session, school: SchoolId, activity: Activity) -> None:
    if activity.places is None:
        return
    row = session.row(
        "SELECT COUNT(*) FROM activity_pupil"
        " WHERE school_id = ? AND activity_id = ? AND answer = ?",
        school,
        activity.id,
        Answer.YES.value,
    )
    assert row is not None, "an aggregate has one row"
    if row[0] >= activity.places:
        message = f"all {activity.places} places of {activity.name} are taken"
        raise AnswerRefusedError(message)


def places_left(session: Session, school: SchoolId, activity: str) -> int | None:
    """Return how many places are free; None where as many come as want."""
    planned = read_activity(session, school, activity)
    if planned.places is None:
        return None
    taken = [row for row in participants(session, school, activity) if row.answer is Answer.YES]
    return max(planned.places - len(taken), 0)
