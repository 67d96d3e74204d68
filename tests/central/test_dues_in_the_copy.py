"""What a terminal's copy holds of invoices and appointments, whole and brought forward."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from copy_rig import fetch_changes, fetch_copy
from school_calendar import day_trip, parents_evening

from central.activities.invoices import invoices_of_pupil
from central.activities.participants import cancel_activity, enrol
from central.activities.payments import pay_from_wallet
from central.activities.plans import plan_activity
from central.meetings.appointments import list_slots
from central.meetings.booking import Family, book, cancel, move
from central.meetings.evenings import Teacher, cancel_evening, set_up_evening
from central.office import Act
from central.wallets import adjust
from core.invoices import DueState
from core.money import Money
from core.wallet import WalletKind
from offline_cache.changes import apply_changes
from offline_cache.snapshot import Snapshot

SCHOOL = "demo"
TODAY = date(2026, 11, 24)
FIRST, SECOND = date(2026, 12, 4), date(2027, 1, 15)


class Desk:
    """A centre with a trip and an evening, and the terminal's copy of it."""

    def __init__(self, centre, till, clock, folder: Path) -> None:
        self.centre, self.till, self.clock, self.folder = centre, till, clock, folder
        self.store = centre.store
        first = centre.school.pupils[0]
        self.pupils = [
            one.id for one in centre.school.pupils if one.class_name == first.class_name
        ][:3]
        self.act = Act("anna", clock(), "a reason")
        zoo = day_trip("zoo", instalments=((FIRST, Money(500)), (SECOND, Money(1500))))
        plan_activity(self.store, SCHOOL, zoo, who="anna", now=clock())
        enrol(self.store, SCHOOL, activity="zoo", pupils=self.pupils[:2], act=self.act)
        evening = parents_evening(name="Autumn", now=clock())
        teachers = [Teacher("dub", "Mme Dubois", "Maths", "B12", (first.class_name,))]
        set_up_evening(self.store, SCHOOL, evening, teachers, act=self.act)
        with self.store.database.reading() as session:
            self.slots = [one.starts_at for one in list_slots(session, SCHOOL, "autumn", ["dub"])]

    def book(self, pupil, slot, key):
        book(
            self.store,
            SCHOOL,
            appointment=key,
            evening="autumn",
            teacher="dub",
            starts_at=self.slots[slot],
            pupil=pupil,
            family=Family((pupil,), "mother"),
            now=self.clock(),
        )

    def invoice(self, pupil):
        with self.store.database.reading() as session:
            return invoices_of_pupil(session, SCHOOL, pupil)[-1]

    def pay(self, pupil, cents, key):
        adjust(
            self.store, SCHOOL, pupil=pupil, wallet=WalletKind.GENERAL, change=Money(cents),
            key=key, act=self.act,
        )  # fmt: skip
        pay_from_wallet(
            self.store, SCHOOL, invoice=self.invoice(pupil).id, amount=Money(cents), key=key,
            act=self.act,
        )  # fmt: skip

    def take_copy(self):
        copy, _, self.cursor = fetch_copy(self.till, self.folder / "old.db")
        copy.close()
        return self.folder / "old.db"

    def bring_forward(self, path):
        changes = fetch_changes(self.till, self.cursor)
        new = self.folder / "new.db"
        apply_changes(
            path, new, after=self.cursor, etag='"x"', meta=changes.meta, rows=changes.rows
        )
        return new


@pytest.fixture
def desk(centre, till, clock, tmp_path):
    return Desk(centre, till, clock, tmp_path / ".")


def look(path, pupil):
    """Return what a copy tells of a pupil: invoices, and the appointments' times."""
    snapshot = Snapshot.open(path, school_id=SCHOOL)
    try:
        snapshot.verify()
        met = snapshot.appointments(pupil, since=datetime(2026, 12, 3, tzinfo=UTC))
        return snapshot.invoices(pupil), [(one.teacher, one.room, one.starts_at) for one in met]
    finally:
        snapshot.close()


def test_a_copy_tells_what_is_due_and_whom_the_parents_meet(desk):
    lea, _, zoe = desk.pupils
    desk.book(lea, 2, "one")
    desk.pay(lea, 700, "p")
    path = desk.take_copy()
    (invoice,), met = look(path, lea)
    assert invoice == desk.invoice(lea)
    assert invoice.state(TODAY) is DueState.PART_PAID
    assert [one.paid.cents for one in invoice.instalments] == [500, 200]
    assert met == [("Mme Dubois", "B12", desk.slots[2])]
    assert look(path, zoe) == ((), [])


def test_a_copy_brought_forward_tells_the_same_as_a_new_one(desk):
    lea, ben, zoe = desk.pupils
    desk.book(lea, 0, "one")
    desk.book(ben, 1, "two")
    old = desk.take_copy()
    desk.pay(lea, 2000, "all")
    desk.pay(ben, 600, "some")
    family = Family((lea,), "mother")
    move(
        desk.store, SCHOOL, appointment="one", to="three", starts_at=desk.slots[4],
        family=family, now=desk.clock(),
    )  # fmt: skip
    cancel(desk.store, SCHOOL, appointment="two", family=Family((ben,), "x"), now=desk.clock())
    desk.book(zoe, 1, "four")
    new = desk.bring_forward(old)
    whole = desk.take_copy()
    for pupil in desk.pupils:
        assert look(new, pupil) == look(whole, pupil)
    assert look(new, lea) == ((), [("Mme Dubois", "B12", desk.slots[4])])
    assert look(new, ben)[0][0].paid == Money(600)
    assert look(new, ben)[1] == []


def test_what_is_cancelled_goes_from_the_copy(desk):
    lea = desk.pupils[0]
    desk.book(lea, 0, "one")
    old = desk.take_copy()
    cancel_evening(desk.store, SCHOOL, evening="autumn", act=desk.act)
    cancel_activity(desk.store, SCHOOL, activity="zoo", act=desk.act)
    assert look(old, lea) != ((), [])
    assert look(desk.bring_forward(old), lea) == ((), [])
