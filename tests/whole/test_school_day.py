"""One school day of one pupil, from the gate to the evening, and then each book against the others.

Real terminals and a real centre, cards on a real pcscd and on readers at the end of serial lines,
and browsers in front of all of them. At the end the parent's pages, the terminals' journals, the
books, the bank file and the Z report must tell the same story, to the cent: the one that is
written here by hand. A centre that is tampered with by one cent does not.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bank_files import Paid, camt
from booked_events import booked_events
from chromium_rig import Watched
from pcsc_rig import PcscRig
from playwright.sync_api import Browser, Page, expect
from school_day_rig import LONG_MS, SCHOOL, TODAY, SchoolDay, at
from web_rig import open_panel, sign_in, type_amount

from central.activities.invoices import invoices_of_pupil
from central.bank.communications import communication_of
from central.closings import list_closings
from central.event_places import JOIN_ARRIVAL
from central.reconciliation import reconcile
from core.facts import PeriodClosed, ReserveMoved, SaleMade, StudyEntered, Tender
from core.tap import Credential
from core.wallet import WalletKind
from offline_cache.integrity import verify

MEAL, JUICE, LEMONADE = 450, 140, 150
TOP_UP, PARTS, TO_GENERAL, AN_HOUR_OF_STUDY = 4000, (1500, 2000), 1000, 100
FLOAT = 5000


@dataclass
class Story:
    """What the day came to, written down as it happened: wallet, what, cents."""

    told: list[tuple[str, str, int]] = field(default_factory=list)

    def tell(self, wallet: str, what: str, cents: int) -> None:
        self.told.append((wallet, what, cents))

    def sum(self, wallet: str) -> int:
        return sum(cents for which, _, cents in self.told if which == wallet)


@pytest.fixture
def day(tmp_path: Path, pcsc: PcscRig, chromium: Browser) -> Iterator[SchoolDay]:
    day = SchoolDay(tmp_path, pcsc, chromium)
    yield day
    day.close()


@pytest.mark.pcsc
@pytest.mark.browser
def test_a_school_day_agrees_to_the_cent(day: SchoolDay) -> None:
    story = Story()
    hall, till, office = (counter.browse(day) for counter in day.counters)
    parent = day.browser(day.centre.url, width=390, height=844)
    bursar = day.browser(day.centre.url, width=1280, height=900)
    late_at_the_gate(day, hall)
    a_meal_at_the_kiosk(day, hall, story)
    too_late_to_cancel(day, hall)
    the_shift_begins(day, till)
    lunch_without_a_network(day, till, story)
    fresh = a_badge_is_lost_and_replaced(day, office)
    the_till_knows(day, till, fresh)
    reserve_to_general(day, office, story)
    the_till_is_closed(day, till)
    the_bank_has_paid(day, bursar, story)
    an_evening_of_study(day, hall, fresh, story)
    the_parents_evening(day, parent, story)
    for counter in day.counters:
        day.caught_up(counter)
    assert faults(day, parent, story) == []
    the_check_can_fail(day, parent, story)


# --- the morning ----------------------------------------------------------------------------------


def late_at_the_gate(day: SchoolDay, hall: Page) -> None:
    day.clock.move_to(at("08:24"))
    expect(hall.locator("#gate h2").first).to_be_visible(timeout=LONG_MS)
    day.lay(day.badge, day.hall)
    hall.locator(".why-late [data-said=transport]").tap(timeout=LONG_MS)
    hall.locator(".why-late").wait_for(state="detached")
    day.hall.wait_for(lambda status: status["printer"]["waiting"] == 0, "the slip is out")
    (slip,) = day.hall.papers("notice")
    text = slip.with_suffix(".txt").read_text()
    assert re.search(r"Arrivé\(e\) à +08:24", text), text
    assert "transport" in text
    day.caught_up(day.hall)


def a_meal_at_the_kiosk(day: SchoolDay, hall: Page, story: Story) -> None:
    day.clock.move_to(at("08:58"))
    hall.locator(".welcome .call").wait_for(timeout=LONG_MS)
    day.lay(day.badge, day.hall)
    hall.locator("[data-session]").wait_for(timeout=LONG_MS)
    hall.locator(f"[data-day='{TODAY}']").tap()
    deed = hall.locator("[data-dish^=main] .deed.reserve").first
    deed.tap()
    hall.locator(".came.ok[data-said='kiosk.granted_reserve']").wait_for(timeout=LONG_MS)
    story.tell("general", "order.reserved", -MEAL)
    shown = hall.locator(".purse b").first.get_attribute("data-cents")
    assert int(shown or "0") == day.opening[0] - MEAL == day.wallets()[0]
    hall.locator(".session .leave").tap()
    hall.locator(".welcome .call").wait_for()


def too_late_to_cancel(day: SchoolDay, hall: Page) -> None:
    day.clock.move_to(at("08:59:30"))
    day.lay(day.badge, day.hall)
    hall.locator("[data-session]").wait_for(timeout=LONG_MS)
    hall.locator(f"[data-day='{TODAY}']").tap()
    cancel = hall.locator(".deed.cancel")
    cancel.wait_for()
    day.clock.move_to(at("09:00:00"))
    cancel.tap()
    expect(hall.locator(".came.refused")).to_contain_text("jusqu’à 09:00", timeout=LONG_MS)
    hall.locator(".session .leave").tap()
    assert order_state(day) == "reserved"


def order_state(day: SchoolDay) -> str:
    sql = "SELECT state FROM meal_order WHERE pupil_id = ? AND day = ?"
    return str(day.one(sql, day.pupil.id, TODAY.isoformat()))


# --- lunch ----------------------------------------------------------------------------------------


def the_shift_begins(day: SchoolDay, till: Page) -> None:
    day.clock.move_to(at("12:03"))
    day.caught_up(day.till)
    annick_signs_in(till)
    open_panel(till, "cash")
    type_amount(till, FLOAT)
    expect(till.locator(".panel")).to_have_count(0)


def annick_signs_in(till: Page) -> None:
    annick = till.locator(".staff button", has_text="Annick")
    annick.wait_for(timeout=LONG_MS)
    sign_in(till, staff=str(annick.get_attribute("data-staff")), pin="975310")


def lunch_without_a_network(day: SchoolDay, till: Page, story: Story) -> None:
    day.centre.stop()
    day.clock.move_to(at("12:05"))
    day.tap_till(day.badge)
    expect(till.locator(".verdict.ok h2")).to_have_text("Repas réservé", timeout=LONG_MS)
    till.locator("[data-kind=drinks]").tap()
    till.locator(".tile", has_text="Jus").tap()
    till.locator(".debit").tap()
    expect(till.locator(".verdict h2")).to_have_text("Vendu")
    story.tell("general", "sale.made", -JUICE)
    till.locator(".tile", has_text="Limonade").tap()
    till.locator(".guest").tap()
    till.locator(".pay .cash").tap()
    till.locator(".change .main").tap()
    expect(till.locator(".said.ok")).to_contain_text("Limonade")
    assert day.till.status()["queue"]["count"] >= 3
    assert order_state(day) == "reserved", "the centre has heard nothing yet"
    day.centre.start()
    day.caught_up(day.till)
    assert order_state(day) == "collected"
    assert day.wallets()[0] == day.opening[0] + story.sum("general")


# --- at the bursar's ------------------------------------------------------------------------------


def a_badge_is_lost_and_replaced(day: SchoolDay, office: Page) -> Credential:
    """Found by name, as who lost the badge is; the card that is laid down takes its place."""
    fresh = Credential(day.badge.technology, bytes.fromhex("04D1D2D3D4D5D6"))
    day.clock.move_to(at("12:40"))
    nadia_opens_the_card(day, office)
    day.lay(fresh, day.office)
    expect(office.locator(".loose")).to_contain_text(fresh.hex[-4:], timeout=LONG_MS)
    open_deed(office, "badge")
    office.locator(".give[data-lost=true]").tap()
    told = re.compile(rf"…{fresh.hex[-4:]} en service, …\w{{4}} perdu")
    expect(office.locator(".card")).to_contain_text(told, timeout=LONG_MS)
    day.caught_up(day.office)
    return fresh


def nadia_opens_the_card(day: SchoolDay, office: Page) -> None:
    nadia = office.locator(".staff button", has_text="Nadia")
    nadia.wait_for(timeout=LONG_MS)
    staff = f"'{nadia.get_attribute('data-staff')}'"
    sign_in(office, staff=staff, pin="864209", shown=".find")
    office.locator(".find input").fill(f"{day.pupil.first_name} {day.pupil.last_name}")
    office.locator(f".find [data-pupil='{day.pupil.id}']").tap()
    office.locator(f".card[data-pupil='{day.pupil.id}']").wait_for()


def open_deed(office: Page, deed: str) -> None:
    office.locator(f"[data-deed={deed}]").tap()
    office.locator(f"[data-panel={deed}]").wait_for()


def the_till_knows(day: SchoolDay, till: Page, fresh: Credential) -> None:
    """The one card is refused, and the other is the same pupil's, who has eaten with the first."""
    day.caught_up(day.till)
    day.tap_till(day.badge)
    expect(till.locator(".verdict.refused")).to_contain_text("perdu", timeout=LONG_MS)
    day.tap_till(fresh)
    # No second meal, and no second debit.
    expect(till.locator(".verdict.attention .person")).to_contain_text(
        day.pupil.first_name, timeout=LONG_MS
    )
    expect(till.locator(".verdict h2")).to_contain_text("12:05")


def reserve_to_general(day: SchoolDay, office: Page, story: Story) -> None:
    """With a slip; the balance that the bursar sees is the one that is right from then on."""
    general, reserve = day.wallets()
    open_deed(office, "move")
    type_amount(office, TO_GENERAL)
    shown = office.locator(".wallets dd").first
    expect(shown).to_have_attribute("data-cents", str(general + TO_GENERAL), timeout=LONG_MS)
    story.tell("reserve", "reserve.moved", -TO_GENERAL)
    story.tell("general", "reserve.moved", TO_GENERAL)
    day.caught_up(day.office)
    assert day.wallets() == (general + TO_GENERAL, reserve - TO_GENERAL)
    day.office.wait_for(lambda status: status["printer"]["waiting"] == 0, "the slip is out")
    (slip,) = day.office.papers("notice")
    assert "RÉSERVE > GÉNÉRAL" in slip.with_suffix(".txt").read_text()
    office.locator(".bottom .leave").tap()
    office.locator(".lists.locked").wait_for()


def the_till_is_closed(day: SchoolDay, till: Page) -> None:
    day.clock.move_to(at("13:50"))
    day.till.wait_for(lambda status: status["operator"] is None, "it locked itself meanwhile")
    annick_signs_in(till)
    open_panel(till, "closing")
    till.locator(".danger").tap()
    type_amount(till, FLOAT + LEMONADE)
    expect(till.locator("#panel-title")).to_contain_text("clôturé", timeout=LONG_MS)
    till.locator(".close").tap()
    day.caught_up(day.till)


# --- the afternoon and the evening ----------------------------------------------------------------


def the_bank_has_paid(day: SchoolDay, bursar: Watched, story: Story) -> None:
    """The file of the bank: a top-up, and an instalment under the trip's own communication."""
    with day.centre.store.database.reading() as session:
        communication = communication_of(session, SCHOOL, day.pupil.id)
    assert communication is not None
    body = camt(
        Paid(TOP_UP, communication=communication),
        Paid(PARTS[0], communication=day.invoice.communication),
        day=TODAY,
    )
    day.clock.move_to(at("15:00"))
    page = day.sign_in(bursar, "fatima", "/office/bank")
    for _ in range(2):  # the same file twice is booked once
        statement = {"name": "today.xml", "mimeType": "text/xml", "buffer": body}
        page.set_input_files("#file", statement)
        page.locator("form[action='/office/bank'] button.main").click()
        page.wait_for_selector("div.done")
    story.tell("general", "bank.topped_up", TOP_UP)


def an_evening_of_study(day: SchoolDay, hall: Page, badge: Credential, story: Story) -> None:
    day.clock.move_to(at("16:05"))
    hall.locator("#study").wait_for(timeout=LONG_MS)
    day.caught_up(day.hall)
    day.lay(badge, day.hall)
    expect(hall.locator(".verdict h2")).to_contain_text(
        "PRÉSENT", ignore_case=True, timeout=LONG_MS
    )
    day.lay(badge, day.hall)  # twice is once
    story.tell("general", "study.entered", -AN_HOUR_OF_STUDY)
    day.caught_up(day.hall)


def the_parents_evening(day: SchoolDay, parent: Watched, story: Story) -> None:
    """At home: the second instalment from the wallet, and a talk with a teacher."""
    day.clock.move_to(at("19:30"))
    page = day.sign_in(parent, "mother", "/family/invoices")
    page.locator("section.card details summary").tap()
    page.fill("section.card input[name=amount]", "20,00")
    page.locator("section.card button.main").tap()
    page.wait_for_selector("p.done")
    story.tell("general", "invoice.from_wallet", -PARTS[1])
    page = parent.go("/family/meetings")
    page.locator("a[href^='/family/meetings/']").first.tap()
    page.wait_for_selector("ul.times button")
    page.locator("ul.times button").first.tap()
    page.wait_for_selector("p.done")
    assert day.one("SELECT COUNT(*) FROM appointment WHERE pupil_id = ?", day.pupil.id) == 1


# --- who was right --------------------------------------------------------------------------------


def faults(day: SchoolDay, parent: Watched, story: Story) -> list[str]:
    """Say where parents, journals, books, bank, trip and Z do not tell the same story."""
    return [
        *_journal_faults(day),
        *_book_faults(day),
        *_parent_faults(day, parent, story),
        *_trip_faults(day),
        *_closing_faults(day),
    ]


def _journal_faults(day: SchoolDay) -> list[str]:
    """Each journal is whole, the centre holds it byte for byte, and its sums are the day's."""
    found = []
    cents: Counter[str] = Counter()
    for counter in day.counters:
        if not verify(counter.folder / "journal.db").is_good:
            found.append(f"{counter.name}: its journal is damaged")
        events = counter.events()
        with day.centre.store.database.reading() as session:
            held = booked_events(session, counter.identity.terminal_id)
        booked = {(one.epoch, one.seq): one.hash for one in held}
        if booked != {(event.epoch, event.seq): digest for event, digest in events}:
            found.append(f"{counter.name}: the centre holds other events than the journal")
        for event, _ in events:
            match event.fact:
                case SaleMade(tender=tender, total=total):
                    cents[tender.value] += total.cents
                case StudyEntered(price=price):
                    cents["study"] += price.cents
                case ReserveMoved(amount=amount, source=WalletKind.RESERVE):
                    cents["moved"] += amount.cents
                case _:
                    pass
    wanted = {"wallet": JUICE, "cash": LEMONADE, "study": AN_HOUR_OF_STUDY}
    wanted["moved"] = TO_GENERAL
    return [*found, *_unequal("the journals", dict(cents), wanted)]


def _book_faults(day: SchoolDay) -> list[str]:
    with day.centre.store.database.reading() as session:
        found = [f"{one.rule}: {one.detail}" for one in reconcile(session, SCHOOL)]
        rows = session.rows(
            "SELECT account, SUM(-cents) FROM leg WHERE school_id = ? AND account IN"
            " ('study', 'cash') GROUP BY account",
            SCHOOL,
        )
    told = {row[0]: abs(row[1]) for row in rows}
    return found + _unequal("the books", told, {"study": AN_HOUR_OF_STUDY, "cash": LEMONADE})


def _parent_faults(day: SchoolDay, parent: Watched, story: Story) -> list[str]:
    """The parent's page, and the file behind it with the proof of each event."""
    path = f"/family/children/{day.pupil.id}/wallet"
    page = day.sign_in(parent, "mother", path)
    wanted = [held + story.sum(which) for held, which in zip(day.opening, WALLETS, strict=True)]
    shown = page.locator("dl.facts dd").all_inner_texts()[:2]
    found = _unequal("the parent's page", [_cents(text) for text in shown], wanted)
    reply = parent.page.request.get(f"{day.centre.url}{path}.json?from={TODAY}&to={TODAY}")
    moved = json.loads(reply.body())["movements"]
    told = Counter((one["wallet"], one["kind"], one["change_cents"]) for one in moved)
    found += _unequal("the parent's file", told, Counter(story.told))
    sealed = {event.id: digest for counter in day.counters for event, digest in counter.events()}
    proofs = [one["event"] for one in moved if one["event"]]
    for proof in proofs:
        before, body = bytes.fromhex(proof["previous_hash"]), proof["body"].encode()
        digest = hashlib.sha256(before + body).digest()
        if sealed.get(proof["id"]) != digest or digest.hex() != proof["hash"]:
            found.append(f"event {proof['id']}: its proof is not what the terminal sealed")
    return found + _unequal("proved movements", len(proofs), PROVED)


def _trip_faults(day: SchoolDay) -> list[str]:
    with day.centre.store.database.reading() as session:
        (invoice,) = invoices_of_pupil(session, SCHOOL, day.pupil.id)
        row = session.row(
            "SELECT SUM(cents) FROM leg WHERE school_id = ? AND owner = ?", SCHOOL, invoice.id
        )
    assert row is not None
    paid = [part.paid.cents for part in invoice.instalments]
    return _unequal("the trip", (paid, row[0]), (list(PARTS), 0))


def _closing_faults(day: SchoolDay) -> list[str]:
    """The Z report is what was sold, by its paper's figures and by the centre's receipt of it."""
    (closed,) = [one.fact for one, _ in day.till.events() if isinstance(one.fact, PeriodClosed)]
    figures = closed.figures
    tenders = {of.tender: of.amount.cents for of in figures.tenders}
    told = (tenders, figures.collected, figures.cash_expected and figures.cash_expected.cents)
    wanted = ({Tender.WALLET: JUICE, Tender.CASH: LEMONADE}, 1, FLOAT + LEMONADE)
    found = _unequal("the Z report", told, wanted)
    with day.centre.store.database.reading() as session:
        (closing,) = list_closings(session, SCHOOL)
        cash = closing.receipt.receipt.cash.cents
        row = session.row(
            "SELECT -SUM(l.cents) FROM leg l JOIN event e ON e.school_id = l.school_id"
            f" AND e.id = l.booking_id {JOIN_ARRIVAL} WHERE a.terminal_id = ?"
            " AND l.account = 'wallet.general'",
            closing.terminal,
        )
    assert row is not None
    found += [f"the centre's receipt: {one.what}" for one in closing.differences]
    return found + _unequal("the receipt of the day", (cash, row[0]), (LEMONADE, JUICE))


WALLETS = ("general", "reserve")
PROVED = 4
"""The juice, the study and the two sides of the move: all else of the day is the centre's own."""


def _cents(text: str) -> int:
    digits = "".join(sign for sign in text if sign.isdigit())
    return -int(digits) if "-" in text or "−" in text else int(digits)


def _unequal(what: str, told: object, wanted: object) -> list[str]:
    return [] if told == wanted else [f"{what}: {told}, but the day came to {wanted}"]


def the_check_can_fail(day: SchoolDay, parent: Watched, story: Story) -> None:
    """A cent in one leg; a cent that all sums of the centre agree on; a journal cut short."""
    study = day.one("SELECT id FROM event WHERE kind = 'study.entered'")
    one_leg = (
        f"UPDATE posted_leg SET cents = cents {{}} 1 WHERE booking_id = '{study}' AND account = "
    )
    with tampered(day, one_leg + "'study'"):
        assert any("its legs sum to" in one for one in faults(day, parent, story))
    wallet = "UPDATE wallet SET general_cents = general_cents {{}} 1 WHERE pupil_id = '{}'"
    wallet = wallet.format(day.pupil.id)
    other_leg = one_leg.replace("{}", "{other}") + "'study'"
    with tampered(day, one_leg + "'wallet.general'", other_leg, wallet):
        found = faults(day, parent, story)
    assert any(one.startswith("the parent's page") for one in found), found
    assert any(one.startswith("the parent's file") for one in found), found
    assert any(one.startswith("the books") for one in found), found
    assert faults(day, parent, Story(story.told[1:])) != []


@contextmanager
def tampered(day: SchoolDay, *changes: str) -> Iterator[None]:
    """Move a cent in the centre's tables, and back, past what keeps legs from being changed.

    `{}` is plus, `{other}` minus.
    """
    for sign, other in (("+", "-"), ("-", "+")):
        with day.centre.store.database.writing() as session:
            locks = session.rows(
                "SELECT name, sql FROM sqlite_master"
                " WHERE type = 'trigger' AND tbl_name = 'posted_leg'"
            )
            for name, _ in locks:
                session.run(f"DROP TRIGGER {name}")
            for change in changes:
                session.run(change.format(sign, other=other))
            for _, sql in locks:
                session.run(sql)
        if sign == "+":
            yield
