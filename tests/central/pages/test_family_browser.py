"""A family's activities, invoices, meetings and timetable on a phone, by touch and by keyboard."""

from collections.abc import Iterator

import pytest
from chromium_rig import SMALL, WIDE, Watched, axe_violations
from family_rig import add_parent
from furnished_office import FurnishedOffice, OfficeClock, family_pages_of, furnish, not_among
from pages_rig import PASSWORD

from central.office import Act
from central.pages.families import FAMILY_PLACES
from central.twin import TwinCentre
from central.wallets import adjust
from core.money import Money
from core.wallet import WalletKind

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FurnishedOffice]:
    folder = tmp_path_factory.mktemp("home")
    clock = OfficeClock()
    with TwinCentre(folder / "central.db", clock=clock) as twin:
        office = furnish(twin, clock, folder)
        school = office.school.school.id
        add_parent(twin.store, school, "mother", office.lea, at=clock())
        yield office


@pytest.fixture
def phone(chromium, home) -> Iterator[Watched]:
    watched = Watched(
        chromium.new_context(
            locale="fr-BE",
            viewport={"width": 360, "height": 780},
            has_touch=True,
            java_script_enabled=True,
        ),
        home.twin.url,
    )
    yield watched
    watched.collect()
    watched.context.close()
    assert watched.faults == []


def sign_in(phone: Watched) -> None:
    page = phone.go("/family")
    page.fill("#name", "mother")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("section.child")
    page.wait_for_load_state()


def test_every_page_of_the_family_is_for_everybody(phone, home):
    sign_in(phone)
    page = phone.page
    for name, path in family_pages_of(home).items():
        page.set_viewport_size({"width": 360, "height": 780})
        phone.go(path)
        assert phone.status == 200, name
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert axe_violations(page) == [], name
        assert page.evaluate(SMALL) == [], name
        assert page.evaluate(WIDE) == [], name
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(WIDE) == [], f"{name} with large text"


def test_no_page_of_the_family_is_left_out(home):
    wallet = "/family/children/{pupil}/wallet"
    # Files to keep, and what an open page asks for by itself.
    no_pages = {f"{wallet}.csv", f"{wallet}.json", "/family/news"}
    assert not_among(FAMILY_PLACES, family_pages_of(home).values()) == no_pages


def test_who_has_no_password_yet_finds_a_form_for_everybody(phone):
    for path in ("/sign-in", "/welcome", "/forgot", "/mail/nobodys/stop", "/mail/nobodys/confirm"):
        page = phone.go(path)
        assert phone.status == 200, path
        assert axe_violations(page) == [], path
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate(WIDE) == [], path


def test_a_meal_is_reserved_by_keyboard_alone(phone, home):
    sign_in(phone)
    page = phone.go(f"/family/children/{home.lea}/meals")
    before = page.locator(".order-reserved").count()
    page.locator(".dishes button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("p.done")
    assert "Le repas est réservé et payé." in page.inner_text("main")
    assert page.locator(".order-reserved").count() == before + 1


def test_an_open_page_says_that_something_is_new(phone, home):
    sign_in(phone)
    page = phone.page
    page.clock.install()
    phone.go(f"/family/children/{home.lea}/wallet")
    page.wait_for_load_state("networkidle")
    assert not page.is_visible("#news")
    act = Act("fatima", home.clock(), "a gift")
    adjust(
        home.twin.store,
        home.school.school.id,
        pupil=home.lea,
        wallet=WalletKind.GENERAL,
        change=Money(100),
        key="news",
        act=act,
    )
    page.clock.run_for(21_000)
    page.wait_for_selector("#news:not([hidden])")
    assert axe_violations(page) == []
    page.click("#news a")
    page.wait_for_load_state()
    assert "Correction" in page.inner_text("main")
    assert not page.is_visible("#news")


def test_without_a_script_all_is_there(chromium, home):
    context = chromium.new_context(java_script_enabled=False, locale="fr-BE")
    plain = Watched(context, home.twin.url)
    sign_in(plain)
    plain.go(f"/family/children/{home.lea}/wallet")
    assert "Mouvements" in plain.page.inner_text("main")
    context.close()


def test_a_meeting_is_booked_by_keyboard_alone(phone, home):
    sign_in(phone)
    page = phone.go(f"/family/meetings/autumn/{home.lea}/lenz")
    page.focus(".times button")
    page.keyboard.press("Enter")
    page.wait_for_selector("p.done")
    assert "Le rendez-vous est pris" in page.inner_text("main")
    page = phone.go("/family/timetable")
    assert "Mme Lenz" in page.inner_text("main")
    page.emulate_media(media="print")
    assert not page.is_visible(".top nav")
    assert page.is_visible(".lines li")
