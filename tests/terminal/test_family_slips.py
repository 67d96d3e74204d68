"""A family's slips from the copy: what is due, with its code to scan, and the next evening."""

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.appointments import Appointment
from core.calendar import SchoolCalendar
from core.epc import epc_payload
from core.ids import PupilId
from core.invoices import Invoice, spread
from core.money import ZERO, Money
from core.people import Language, PriceClass, Pupil
from core.receipt import SchoolHeader
from core.view import Place
from printer.picture_printer import preview_png
from terminal.family_slips import (
    FamilyThings,
    appointments_slip,
    due_now,
    family_content,
    invoice_slip,
    most_urgent,
)

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
IBAN = "BE68539007547034"
PLACE = Place(
    SchoolHeader(name="Institut du Tilleul", address="Rue Haute 1", number="BE0"),
    SchoolCalendar(zone=ZoneInfo("Europe/Brussels"), orders_close_at=time(9)),
    "Borne du hall",
)
LEA = Pupil(
    id=PupilId("p-1"),
    first_name="Léa",
    last_name="Vermeiren",
    class_name="3B",
    price_class=PriceClass.PUPIL,
    allergens=frozenset(),
    diet="",
    language=Language.FR,
)


def invoice(number: int, *parts: tuple[date, int], paid: int = 0, label: str = "Rome") -> Invoice:
    plan = [(n, day, Money(cents)) for n, (day, cents) in enumerate(parts, start=1)]
    return Invoice(
        id=f"i-{number}",
        pupil=LEA.id,
        activity="rome",
        label=label,
        digits=("090933755493", "312401398067")[number - 1],
        made_on=date(2026, 11, 1),
        amount=Money(sum(cents for _, cents in parts)),
        credited=ZERO,
        paid=Money(paid),
        instalments=spread(plan, credited=ZERO, paid=Money(paid)),
    )


ROME = invoice(1, (date(2026, 11, 20), 12_000), (date(2027, 1, 15), 15_000), paid=2_000)
ZOO = invoice(2, (date(2026, 12, 4), 850), label="Zoo")
EVENING = datetime(2026, 12, 3, 16, 10, tzinfo=UTC)
MEETS = (
    Appointment(LEA.id, EVENING, "Mme Dubois", "Maths", "B12"),
    Appointment(LEA.id, EVENING.replace(minute=50), "M. Maes", "", ""),
    Appointment(LEA.id, EVENING.replace(month=12, day=8), "Mme Lenz", "Allemand", "C3"),
)
THINGS = FamilyThings(LEA, (ZOO, ROME), MEETS, IBAN)


def test_what_is_due_first_is_printed_with_its_own_number():
    assert most_urgent(THINGS.invoices) == ROME
    assert due_now(ROME, TODAY) == Money(10_000)
    assert due_now(ROME, date(2027, 1, 16)) == Money(25_000)
    assert due_now(ZOO, TODAY) == Money(850)
    slip = invoice_slip(THINGS, PLACE, NOW, today=TODAY)
    assert slip is not None
    assert (slip.due, slip.paid, slip.total) == (Money(10_000), Money(2_000), Money(27_000))
    assert (slip.instalment, slip.instalment_count, slip.due_on) == (1, 2, date(2026, 11, 20))
    assert slip.communication == "+++090/9337/55493+++"


@pytest.mark.parametrize("language", Language)
def test_the_code_of_the_slip_is_read_by_another_s_program(language, tmp_path):
    things = replace(THINGS, pupil=replace(LEA, language=language))
    slip = invoice_slip(things, PLACE, NOW, today=TODAY)
    picture = tmp_path / "slip.png"
    picture.write_bytes(preview_png(slip))
    program = shutil.which("zbarimg")
    assert program, "zbarimg is missing; install the Debian package zbar-tools"
    found = subprocess.run(
        [program, "-q", "--raw", "-Sbinary", str(picture)], capture_output=True, check=True
    )
    wanted = epc_payload(
        beneficiary="Institut du Tilleul",
        iban=IBAN,
        amount_cents=10_000,
        communication="+++090/9337/55493+++",
    )
    assert found.stdout.decode().strip() == wanted.strip()


def test_nothing_due_or_no_account_is_no_slip():
    paid = invoice(1, (date(2026, 12, 4), 850), paid=850)
    assert invoice_slip(replace(THINGS, invoices=(paid,)), PLACE, NOW, today=TODAY) is None
    assert invoice_slip(replace(THINGS, invoices=()), PLACE, NOW, today=TODAY) is None
    assert invoice_slip(replace(THINGS, iban=""), PLACE, NOW, today=TODAY) is None
    assert appointments_slip(replace(THINGS, appointments=()), PLACE, NOW) is None


@pytest.mark.parametrize(
    ("language", "title", "room"),
    [
        (Language.FR, "Rendez-vous", "17:10, local B12"),
        (Language.NL, "Afspraken", "17:10, lokaal B12"),
        (Language.DE, "Termine", "17:10, Raum B12"),
        (Language.EN, "Appointments", "17:10, room B12"),
    ],
)
def test_the_next_evening_is_printed_in_the_family_s_language(language, title, room):
    slip = appointments_slip(replace(THINGS, pupil=replace(LEA, language=language)), PLACE, NOW)
    assert slip is not None
    assert slip.title == title
    assert [(one.left, one.right) for one in slip.lines[1:]] == [
        ("Mme Dubois (Maths)", room),
        ("M. Maes", "17:50"),
    ]


def test_a_screen_is_told_every_instalment_and_its_state():
    content = family_content(THINGS, today=TODAY)
    rome = content["dues"][1]
    assert (rome["now_cents"], rome["state"]) == (10_000, "late")
    assert [one["state"] for one in rome["instalments"]] == ["late", "open"]
    assert [one["teacher"] for one in content["appointments"]] == [
        "Mme Dubois",
        "M. Maes",
        "Mme Lenz",
    ]
