"""The pages speak four languages, and say nothing that is not in the catalogue."""

import re
from datetime import time, timedelta
from html.parser import HTMLParser

import pytest
from family_rig import Parent, add_parent
from pages_rig import Clerk

from central.meetings.evenings import Evening, Teacher, set_up_evening
from central.office import Act
from central.pages.families import FAMILY_PLACES
from central.pages.office import PLACES
from central.pages.site import Pages
from central.pages.template import FOLDER
from central.pages.voice import read_words
from core.people import Language

PLACE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", Language)
def test_each_language_has_all_keys_with_the_same_places(language):
    own, french = read_words(language), read_words(Language.FR)
    assert own.keys() == french.keys()
    for key, text in own.items():
        assert text.strip() == text != ""
        expected = set(PLACE.findall(french[key]))
        assert set(PLACE.findall(text)) == expected, key


def test_every_word_is_said_somewhere():
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for pattern in ("*.py", "templates/*.html", "../mail/*.py")
        for path in FOLDER.glob(pattern)
    )
    made = re.compile(
        r"^(order|badge|badges|health|category|role|price_class|speaks|nav|terminals|entry|account"
        r"|flag|line|link|rule|letter_kind|letter_state|closing|case|answer|due|planned|allergen"
        r"|child|refused\.order|export|done|slot|weekday|late|absence)\.|^refused\.slot_"
    )
    unsaid = [
        key
        for key in read_words(Language.FR)
        if not made.match(key)
        and key.removesuffix(".one").removesuffix(".other") not in sources
        and key.partition(".")[2].removesuffix(".zero") not in sources
    ]
    assert unsaid == []


class Bare(HTMLParser):
    """Collects text that the catalogue did not give: not in brackets, and not somebody's own."""

    EMPTY = frozenset({"meta", "link", "input", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.found += [
            value
            for name in ("aria-label", "placeholder", "title", "alt")
            if (value := names.get(name)) and "[" not in value
        ]
        if tag not in self.EMPTY:
            is_own = names.get("translate") == "no" or tag in ("time", "title", "style")
            self.open.append(is_own)

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        is_word = re.search(r"[^\W\d_]", data) and "[" not in data and "]" not in data
        if is_word and not any(self.open):
            self.found.append(data.strip())


def bare_texts(page: str) -> list[str]:
    parser = Bare()
    parser.feed(page)
    return parser.found


def pseudo(language: Language) -> dict[str, str]:
    return {key: f"[{text} ~~~~]" for key, text in read_words(language).items()}


def test_every_word_of_every_page_comes_from_the_catalogue(office, clock):
    """A pseudo-locale: longer words in brackets; whatever is not in brackets was forgotten."""
    from central.serve import run_in_thread
    from central.whole import WholeCentre, make_centre

    whole = make_centre(office.store, clock=clock)
    pages = Pages(office.store, clock=clock, catalogue=pseudo)
    listening, stop = run_in_thread(
        WholeCentre(whole.wire, pages, whole.stopping), stopping=whole.stopping
    )
    clerk = Clerk(listening.url)
    shown = [clerk.get("/sign-in").text, clerk.sign_in("anton", "wrong").text]
    clerk.sign_in("anton")
    pupil = office.school.pupils[3].id
    paths = [place.path for place in PLACES if place.method == "GET" and "{" not in place.path]
    paths += [f"/office/pupils/{pupil}", "/office/pupils/nobody"]
    shown += [clerk.get(path).text for path in paths]
    clerk.close()
    shown += family_pages(office, listening.url, clock)
    stop()
    for page in shown:
        assert bare_texts(page) == [], page[:300]


def family_pages(office, url, clock):
    """Every page of a family's, and the letter that led to it."""
    pupil = office.school.pupils[3].id
    till = office.till()
    event = till.sell(pupil, 100).id
    till.send()
    add_parent(office.store, office.school.school.id, "mother", pupil, at=clock())
    ids = {"pupil": pupil, "event": event, "evening": "autumn", "teacher": "maes"}
    meetings(office, office.school.pupils[3].class_name, clock)
    parent = Parent(url)
    shown = [parent.get("/welcome").text, parent.post("/welcome", {"name": "x"}).text]
    parent.sign_in("mother")
    for place in FAMILY_PLACES:
        if place.method == "GET" and not place.path.endswith((".csv", ".json", "/news")):
            answer = parent.get(place.path.format(**ids))
            assert answer.status_code == 200, place.path
            shown.append(answer.text)
    parent.close()
    return shown


def meetings(office, class_name, clock):
    evening = Evening(
        "autumn",
        "[Soir ~~~~]",
        clock().date() + timedelta(days=9),
        starts_at=time(17),
        ends_at=time(18),
        opens_at=clock() - timedelta(days=1),
        closes_at=clock() + timedelta(days=8),
    )
    maes = Teacher("maes", "[M. Maes ~~~~]", "[Nederlands ~~~~]", "[B14 ~~~~]", (class_name,))
    set_up_evening(
        office.store, office.school.school.id, evening, [maes], act=Act("anton", clock(), "")
    )


def test_a_forgotten_word_is_found():
    page = '<p>[Said ~~~~]</p><p>Forgotten <b translate="no">Léa</b></p><a aria-label="Too">1</a>'
    assert bare_texts(page) == ["Forgotten", "Too"]
