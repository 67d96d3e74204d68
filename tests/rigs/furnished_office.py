"""A school's office in the middle of a day: two tills that sold, a closing each, a bank file, and
what waits for the bursar. For the browser's tests and for the pictures in the documents.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from urllib.parse import quote

from bank_files import SCHOOL_IBAN, Paid, camt
from pages_rig import add_clerks

from central.activities.invoices import invoices_of_activity
from central.activities.participants import answer, invite
from central.activities.plans import Activity, plan_activity
from central.bank.communications import (
    add_account,
    communication_of,
    give_communications,
    school_year,
)
from central.bank.importing import import_file
from central.enrolment import create_code
from central.lateness import NotedAbsence, note_absences
from central.load import load_school
from central.meetings.appointments import list_slots
from central.meetings.booking import Family, book
from central.meetings.evenings import Evening, Teacher, set_up_evening
from central.office import Act
from central.pages.place import Place
from central.presence_corrections import withdraw_presence
from central.seed import DemoSchool, make_school
from central.study import enrol as enrol_in_study
from central.study import put_session
from central.twin import TwinCentre
from central.wallets import move
from core.batch import pack_batch
from core.catalogue import Category
from core.chain import GENESIS
from core.events import SealedEvent, read_event
from core.facts import (
    ArrivedLate,
    Fact,
    LateWhy,
    MealCollected,
    PeriodClosed,
    SaleLine,
    SaleMade,
    StudyEntered,
)
from core.ids import BadgeKey, ProductId, PupilId, SessionId
from core.money import Money, vat_within
from core.orders import Order, OrderState
from core.people import BadgeState, PriceClass
from core.period import Period
from core.presence_rows import AbsenceState
from core.study import WHOLE_WEEK, StudyEnrolment, StudySession
from core.tap import Assurance
from core.wallet import WalletKind
from core.wire import HEALTH_HEADER
from sync.channel import Channel
from sync.enrol import enrol
from sync.twin import MemoryOutbox

TODAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 7, 40, tzinfo=UTC)
LUNCH = datetime(2026, 11, 24, 11, 5, tzinfo=UTC)
_PART = re.compile(r"\{\w+\}")


class OfficeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


class OfficeTill:
    """A till by hand, with a journal and a key of its own."""

    def __init__(self, office: "FurnishedOffice", name: str, folder: Path) -> None:
        self._office = office
        folder.mkdir()
        school = office.school.school.id
        code = create_code(office.twin.store, school, terminal_name=name, now=office.clock())
        self.identity = enrol(central_url=office.twin.url, code=code, folder=folder)
        self.journal = MemoryOutbox(Random(name))
        self._channel = Channel(self.identity, ca_file=None, clock=office.clock)
        self._receipt = 0

    def write(self, fact: Fact) -> SealedEvent:
        """Add a fact to the journal."""
        self._office.clock.now += timedelta(seconds=20)
        return self.journal.append(fact, at=self._office.clock())

    def collect(self, order: Order) -> None:
        """Hand out a meal."""
        self._receipt += 1
        self.write(
            MealCollected(
                day=TODAY,
                pupil=order.pupil_id,
                order=order.id,
                product=order.product_id,
                price=order.price,
                badge=self._office.badge_of(order.pupil_id),
                assurance=Assurance.UID,
                receipt=self._receipt,
            )
        )

    def sell(self, pupil: PupilId, product: str, cents: int, category: Category) -> SealedEvent:
        """Sell something from the general wallet."""
        self._receipt += 1
        price = Money(cents)
        vat = vat_within(price, vat_permille=60)
        line = SaleLine(ProductId(product), category, 1, price, 60, vat)
        return self.write(
            SaleMade(
                day=TODAY,
                pupil=pupil,
                price_class=PriceClass.PUPIL,
                lines=(line,),
                total=price,
                badge=self._office.badge_of(pupil),
                assurance=Assurance.UID,
                receipt=self._receipt,
                is_walk_in=category is Category.MEAL,
            )
        )

    def close_period(self, *, wrong: int = 0) -> None:
        """Write a Z report of all so far. wrong: how many meals it counts too many."""
        period = Period()
        for sealed in self.journal.events:
            period.apply(read_event(sealed.body))
        period.collected += wrong
        last = self.journal.events[-1] if self.journal.events else None
        self.write(
            PeriodClosed(
                day=TODAY,
                number=1,
                staff=None,
                figures=period.figures(),
                receipt=self._receipt,
                head_hash=(GENESIS if last is None else last.hash).hex(),
                previous_hash="",
                counted=None,
                not_collected=None,
                unbooked=0,
            )
        )

    def send(self) -> None:
        """Send everything, in one batch."""
        batch = pack_batch(self.identity.terminal_id, self.journal.events)
        self._channel.post(
            f"/v1/terminals/{self.identity.terminal_id}/batches",
            body=batch.body,
            headers={
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
                "Idempotency-Key": f'"{batch.idempotency_key}"',
            },
        )

    def tell(self, health: str) -> None:
        """Ask for the copy, as a terminal does, and say how it is."""
        path = f"/v1/terminals/{self.identity.terminal_id}/snapshot"
        with self._channel.get(path, headers={HEALTH_HEADER: health}) as answer:
            answer.read()
        self._channel.close()


@dataclass
class FurnishedOffice:
    """A running centre. lea: a pupil with a bit of everything."""

    twin: TwinCentre
    school: DemoSchool
    clock: OfficeClock

    @property
    def lea(self) -> PupilId:
        return next(one.id for one in self.school.pupils if one.last_name == "Vermeiren")

    def badge_of(self, pupil: str) -> BadgeKey:
        for badge in self.school.records:
            if badge.pupil_id == pupil and badge.state is BadgeState.ACTIVE:
                return badge.key
        return BadgeKey("00" * 16)

    def one(self, sql: str) -> str:
        with self.twin.store.database.reading() as session:
            row = session.row(sql)
        return "" if row is None else str(row[0])


def pages_of(office: FurnishedOffice) -> dict[str, str]:
    """Return the addresses of all pages, by a name for each."""
    case = office.one("SELECT id FROM exception WHERE flag = 'double_collection'")
    line = office.one("SELECT id FROM bank_line WHERE state = 'unmatched' ORDER BY id")
    event = office.one("SELECT id FROM event WHERE kind = 'sale.made' ORDER BY id")
    wrong = office.one("SELECT terminal_id || '/1/' || seq FROM closing WHERE differences <> '[]'")
    terminal = office.one("SELECT id FROM terminal WHERE name = 'Caisse 2'")
    noted = office.one("SELECT event_id FROM study_presence ORDER BY event_id")
    found = {
        "day": "/office",
        "pupils": "/office/pupils?q=lea",
        "pupil": f"/office/pupils/{office.lea}",
        "event": f"/office/events/{event}",
        "orders": "/office/orders",
        "presence": "/office/presence",
        "presence-withdraw": f"/office/presence/{noted}/withdraw",
        "invoices": f"/office/pupils/{office.lea}/invoices",
        "activities": "/office/activities",
        "activity": "/office/activities/rome",
        "activity-withdraw": f"/office/activities/rome/pupils/{office.lea}",
        "meetings": "/office/meetings",
        "evening": "/office/meetings/autumn",
        "exceptions": "/office/exceptions",
        "exception": f"/office/exceptions/{quote(case)}",
        "closings": "/office/closings",
        "closing": f"/office/closings/{wrong}",
        "bank": "/office/bank",
        "bank-line": f"/office/bank/lines/{line}",
        "terminals": "/office/terminals",
        "terminal-revoke": f"/office/terminals/{terminal}/revoke",
        "audit": "/office/audit",
        "families": "/office/families",
        "account": "/office/account",
    }
    return {name: path for name, path in found.items() if not path.endswith("/")}


def family_pages_of(office: FurnishedOffice) -> dict[str, str]:
    """Return the addresses of all that Léa's family sees, by a name for each."""
    child = f"/family/children/{office.lea}"
    event = office.one(
        f"SELECT booking_id FROM leg WHERE owner = '{office.lea}' AND name = 'wallet'"
        " AND booking_id IN (SELECT id FROM event)"
    )
    return {
        "family": "/family",
        "family-child": child,
        "family-meals": f"{child}/meals",
        "family-wallet": f"{child}/wallet",
        "family-event": f"{child}/events/{event}",
        "family-top-up": f"{child}/top-up?amount=25",
        "family-presence": f"{child}/presence",
        "family-limits": f"{child}/limits",
        "family-account": "/family/account",
        "family-activities": "/family/activities",
        "family-invoices": "/family/invoices",
        "family-meetings": "/family/meetings",
        "family-slots": f"/family/meetings/autumn/{office.lea}/maes",
        "family-timetable": "/family/timetable",
    }


def not_among(places: Sequence[Place], paths: Iterable[str]) -> set[str]:
    """Return the addresses of pages that none of some paths leads to."""
    plain = [path.partition("?")[0] for path in paths]
    return {
        place.path
        for place in places
        if place.method == "GET"
        and not any(re.fullmatch(_PART.sub("[^/]+", place.path), path) for path in plain)
    }


def furnish(twin: TwinCentre, clock: OfficeClock, folder: Path) -> FurnishedOffice:
    """Fill a started centre."""
    school = make_school(seed=7, today=TODAY)
    load_school(twin.store, school)
    add_clerks(twin.store, school.school.id, clock())
    office = FurnishedOffice(twin, school, clock)
    _bank(office)
    trip(office)
    evening(office)
    _lunch(office, folder)
    presences(office, folder)
    return office


def trip(office: FurnishedOffice) -> None:
    """Let Léa's class go to Rome; some have answered, some have paid, one has not in time."""
    store, school, act = office.twin.store, office.school.school.id, Act("fatima", office.clock())
    rome = Activity(
        id="rome",
        name="Voyage à Rome",
        details="Cinq jours, en train de nuit. Carte d'identité valable obligatoire.",
        place="Rome",
        first_day=date(2027, 3, 8),
        last_day=date(2027, 3, 12),
        answer_by=date(2026, 12, 4),
        places=30,
        price=Money(42_000),
        takes_wallet=True,
        instalments=(
            (date(2026, 11, 20), Money(12_000)),
            (date(2027, 1, 15), Money(15_000)),
            (date(2027, 2, 15), Money(15_000)),
        ),
    )
    museum = replace(
        rome,
        id="museum",
        name="Musée de la vie wallonne",
        details="Une matinée à Liège.",
        place="Liège",
        first_day=date(2026, 12, 10),
        last_day=date(2026, 12, 10),
        places=None,
        price=Money(850),
        instalments=((date(2026, 12, 4), Money(850)),),
    )
    for one in (rome, museum):
        plan_activity(store, school, one, who=act.who, now=act.at)
    lea = next(one for one in office.school.pupils if one.id == office.lea)
    pupils = [one.id for one in office.school.pupils if one.class_name == lea.class_name]
    for activity in ("rome", "museum"):
        invite(store, school, activity=activity, pupils=pupils, act=act)
    answers = {office.lea: True} | {pupil: number != 3 for number, pupil in enumerate(pupils[:6])}
    for pupil, takes_part in answers.items():
        parent = Act("mother", office.clock())
        answer(store, school, activity="rome", pupil=pupil, takes_part=takes_part, act=parent)
    with store.database.reading() as session:
        owed = invoices_of_activity(session, school, "rome")
    lea_owes = next(one for one in owed if one.pupil == office.lea)
    others = [one for one in owed if one.pupil != office.lea]
    body = camt(
        Paid(15_000, communication=lea_owes.digits, payer="Vermeiren-Claes"),
        Paid(42_000, communication=others[0].digits, payer="Piette"),
        Paid(43_000, communication=others[1].digits, payer="Urbain"),
        statement="2026-118",
    )
    import_file(store, school, name="rome.xml", body=body, act=act)


def evening(office: FurnishedOffice) -> None:
    """Set up an evening of parents' meetings; some times are taken."""
    store, school, act = office.twin.store, office.school.school.id, Act("fatima", office.clock())
    classes = sorted(
        {one.class_name for one in office.school.pupils if one.class_name[0].isdigit()}
    )
    names = (
        ("dubois", "Mme Dubois", "Mathématiques", "B12"),
        ("maes", "M. Maes", "Néerlandais", "B14"),
        ("lenz", "Mme Lenz", "Allemand", "C03"),
    )
    teachers = [Teacher(*one, tuple(classes), (time(18, 30),)) for one in names]
    made = Evening(
        id="autumn",
        name="Rencontres d'automne",
        day=date(2026, 12, 3),
        starts_at=time(17, 0),
        ends_at=time(20, 0),
        opens_at=office.clock() - timedelta(days=1),
        closes_at=datetime(2026, 12, 3, 11, 0, tzinfo=UTC),
    )
    set_up_evening(store, school, made, teachers, act=act)
    with store.database.reading() as session:
        slots = list_slots(session, school, "autumn", ["dubois", "maes"])
    pupils = [one.id for one in office.school.pupils if one.class_name in classes]
    for number, slot in enumerate(slots[1::3]):
        pupil = office.lea if number == 0 else pupils[number]
        book(
            store,
            school,
            appointment=f"appointment-{number}",
            evening="autumn",
            teacher=slot.teacher,
            starts_at=slot.starts_at,
            pupil=pupil,
            family=Family((pupil,), "mother"),
            now=office.clock(),
        )


def presences(office: FurnishedOffice, folder: Path) -> None:
    """A gate and a study room have told who came: one late, three to study, one by mistake."""
    store, school, act = office.twin.store, office.school.school.id, Act("fatima", office.clock())
    study = StudySession(
        id=SessionId("short"),
        name="Étude de midi",
        weekdays=WHOLE_WEEK,
        starts=12 * 60 + 10,
        ends=13 * 60,
        price=Money(100),
    )
    put_session(store, school, study, who=act.who, now=act.at)
    pupils = [office.lea, *(one.id for one in office.school.pupils[20:24])]
    for pupil in pupils:
        place = StudyEnrolment(pupil, study.id, TODAY - timedelta(days=60))
        enrol_in_study(store, school, place, who=act.who, now=act.at)
    away = office.school.pupils[30].id
    note = NotedAbsence(away, TODAY, AbsenceState.ANNOUNCED, "certificat reçu")
    note_absences(store, school, [note], who=act.who, now=act.at)
    room = OfficeTill(office, "Salle d'étude", folder / "till-4")
    late = pupils[1]
    arrival = ArrivedLate(
        TODAY,
        late,
        office.badge_of(late),
        Assurance.UID,
        due_at=MORNING - timedelta(minutes=15),
        said=LateWhy.TRANSPORT,
    )
    room.journal.append(arrival, at=MORNING - timedelta(minutes=3))
    entered = [
        room.write(
            StudyEntered(TODAY, study.id, pupil, office.badge_of(pupil), Assurance.UID, Money(100))
        )
        for pupil in pupils[:3]
    ]
    room.send()
    mistaken = Act("fatima", office.clock(), "badge de sa sœur")
    withdraw_presence(store, school, event=entered[2].id, act=mistaken)
    room.tell("version=0.1.0; queue=0")


def _lunch(office: FurnishedOffice, folder: Path) -> None:
    waiting = [
        order
        for order in office.school.orders
        if order.day == TODAY and order.state is OrderState.RESERVED
    ]
    first = OfficeTill(office, "Caisse 1", folder / "till-1")
    second = OfficeTill(office, "Caisse 2", folder / "till-2")
    kiosk = OfficeTill(office, "Borne du hall", folder / "till-3")
    office.clock.now = LUNCH
    for order in waiting[:14]:
        first.collect(order)
    second.collect(waiting[0])
    lea = next(order for order in waiting if order.pupil_id == office.lea)
    second.collect(lea)
    menu = next(one.id for one in office.school.products if one.category is Category.MEAL)
    second.sell(office.lea, "water", 80, Category.DRINK)
    for pupil in office.school.pupils[40:46]:
        second.sell(pupil.id, menu, 450, Category.MEAL)
    second.sell(office.school.pupils[47].id, menu, 15_000, Category.MEAL)
    first.close_period()
    second.close_period(wrong=1)
    first.send()
    second.send()
    office.clock.now += timedelta(minutes=3)
    first.tell("version=0.1.0; queue=0")
    second.tell("version=0.1.0; queue=0; troubles=printer.paper_end")
    kiosk.tell("version=0.1.0; queue=3; oldest=2026-11-24T11:02:00.000Z")


def _bank(office: FurnishedOffice) -> None:
    store, school, now = office.twin.store, office.school.school.id, office.clock()
    act = Act("fatima", now)
    add_account(store, school, iban=SCHOOL_IBAN, who="anton", now=now)
    give_communications(store, school, year=school_year(now), who="anton", now=now)
    with store.database.reading() as session:
        communication = communication_of(session, school, office.lea)
    assert communication is not None, "it was given a moment ago"
    body = camt(
        Paid(4000, communication=communication, payer="Vermeiren-Claes"),
        Paid(2500, text="cantine Jonas, merci", payer="De Smet Katrien"),
        Paid(1500, text="repas novembre", payer="Famille Lambert"),
    )
    import_file(store, school, name="november.xml", body=body, act=act)
    move(
        store,
        school,
        pupil=office.school.pupils[3].id,
        source=WalletKind.GENERAL,
        amount=Money(1000),
        key="1",
        act=Act("fatima", now, "à la demande de la mère"),
    )
