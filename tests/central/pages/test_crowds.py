"""A crowd at one page: answered together, each their own, and cheaper the more they are."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time

import pytest
from pages_rig import csrf_in, field_in
from school_calendar import parents_evening

import central.pages.crowd
from central.errors import BusyError
from central.meetings.evenings import Teacher, set_up_evening
from central.office import Act
from central.pages import family_meetings, family_slots, mould, template
from central.pages.crowd import TOGETHER_MAX, Crowds
from central.pages.families import FAMILY_PLACES
from central.pages.question import Question
from central.pages.sessions import csrf_word, new_token, open_session
from central.pages.site import Pages
from central.pages.users import Role, User, insert_user
from central.pages.voice import Voice, read_words
from central.pausing import pause_for
from core.people import Language

SCHOOL = "demo"
FIVE = "2026-12-03T16:00:00.000Z"
TEACHERS = 4
STATEMENTS_MAX = 22
"""Of a group of bookings, all of which are had; with the two around each transaction."""


class Crowded:
    """An evening of a class, and a family with a session for each pupil of the school."""

    def __init__(self, centre, clock) -> None:
        self.centre, self.store, self.clock = centre, centre.store, clock
        self.pages = Pages(centre.store, clock=clock)
        self.pupils = centre.school.pupils
        self.classes = {one.class_name for one in self.pupils}
        self._set_up()
        self.tokens = {one.id: self._sign_in(number) for number, one in enumerate(self.pupils)}

    def _set_up(self):
        now = self.clock()
        evening = parents_evening(now=now, starts_at=time(12, 0), ends_at=time(22, 0))
        teachers = [
            Teacher(f"t{number}", f"Mme <{number}>", "Maths", "B12", tuple(self.classes))
            for number in range(TEACHERS)
        ]
        set_up_evening(self.store, SCHOOL, evening, teachers, act=Act("fatima", now))

    def _sign_in(self, number):
        pupil, now = self.pupils[number], self.clock()
        user = User(SCHOOL, f"family-{number}", Role.PARENT, Language.FR, now, None)
        token = new_token(number.to_bytes(32, "big"))
        with self.store.database.writing() as session:
            insert_user(session, user, who="test")
            session.insert_many(
                "family_pupil",
                ("school_id", "user_name", "pupil_id", "since"),
                [(SCHOOL, user.name, pupil.id, FIVE)],
            )
            open_session(session, user, token, now=now)
        return token

    def question(self, pupil, *, named=None, teacher="t0", path=None, **form):
        """Return what a family asks of its child's page, or of another's, `named`."""
        ids = {"evening": "autumn", "pupil": named or pupil, "teacher": teacher}
        here = f"/family/meetings/autumn/{ids['pupil']}/{teacher}" if path is None else path
        token = self.tokens.get(pupil, "")
        if form:
            form = {"csrf": csrf_word(token), "once": f"{pupil} {teacher}", **form}
        return Question(
            path=here, is_get=not form, host="127.0.0.1", port=1, token=token, guest="",
            accept_language="fr", is_from_elsewhere=False, ids=ids if path is None else {},
            asked={}, form=form, upload=b"", upload_name="",
        )  # fmt: skip

    def ask(self, page, *questions):
        """Return the answers to questions that came at the same moment."""
        place = next(one for one in FAMILY_PLACES if one.crowd is page)
        return self.pages._visit_together(place, page, questions)

    def statements_of(self, page, *questions):
        """Return the answers, and all statements that they took on SQLite."""
        database, told = self.store.database, []
        with database.reading():
            pass
        for connection in (database._writer, *database._idle):
            connection.set_trace_callback(told.append)
        answers = self.ask(page, *questions)
        for connection in (database._writer, *database._idle):
            connection.set_trace_callback(None)
        return answers, told


@pytest.fixture
def crowded(office, clock):
    made = Crowded(office, clock)
    yield made
    made.pages.close()


def starts(number):
    hour, part = divmod(number, 6)
    return f"2026-12-03T{11 + hour:02d}:{part}0:00.000Z"


def bookings(crowded, first, last):
    """Return a booking of each family from one to another, each of a time of its own."""
    return [
        crowded.question(
            pupil.id, teacher=f"t{number % TEACHERS}", starts_at=starts(number // TEACHERS)
        )
        for number, pupil in enumerate(crowded.pupils)
        if first <= number < last
    ]


# --- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [family_meetings.show_all, family_slots.choose_all])
def test_many_pages_take_as_many_statements_as_two(crowded, page):
    path = "/family/meetings" if page is family_meetings.show_all else None
    asked = [crowded.question(one.id, path=path) for one in crowded.pupils[:60]]
    crowded.ask(page, asked[0])
    _, few = crowded.statements_of(page, *asked[:2])
    answers, many = crowded.statements_of(page, *asked)
    assert [one.status_code for one in answers] == [200] * 60
    # Keys travel in parts of a few sizes on SQLite: the same statement, at most once more.
    assert len(few) <= len(many) <= len(few) + 1
    assert len(few) <= 12


def test_many_bookings_are_one_commit_and_a_few_statements(crowded):
    _, one = crowded.statements_of(family_slots.take_all, *bookings(crowded, 0, 1))
    answers, many = crowded.statements_of(family_slots.take_all, *bookings(crowded, 1, 51))
    assert [answer.status_code for answer in answers] == [303] * 50
    assert sum(sql.startswith("BEGIN IMMEDIATE") for sql in many) == 1
    assert len(one) <= STATEMENTS_MAX
    assert len(many) <= STATEMENTS_MAX + 4  # rows go in by 25, 5 and 1


def test_the_control_bookings_one_by_one_are_noticed(crowded):
    told = []
    for question in bookings(crowded, 0, 5):
        told += crowded.statements_of(family_slots.take_all, question)[1]
    assert len(told) > STATEMENTS_MAX + 4


def test_a_page_that_was_seen_in_this_shape_is_not_rendered_again(crowded, monkeypatch):
    rendered = []

    def text_of(name, *args, **values):
        rendered.append(name)
        return template.text_of(name, *args, **values)

    monkeypatch.setattr(mould, "text_of", text_of)
    mould._mould.cache_clear()
    family_slots._buttons.cache_clear()
    first, *others = [crowded.question(one.id) for one in crowded.pupils[:20]]
    crowded.ask(family_slots.choose_all, first)
    assert rendered.count("family_slots.html") == 1
    assert rendered.count("meeting_slot.html") == 60
    rendered.clear()
    crowded.ask(family_slots.choose_all, *others)
    assert rendered == []
    crowded.ask(family_slots.take_all, *bookings(crowded, 0, 20))
    for number in (0, 4, 8):
        pupil = crowded.pupils[number].id
        crowded.ask(family_meetings.show_all, crowded.question(pupil, path="/family/meetings"))
    assert rendered.count("family_meetings.html") == 1
    assert rendered.count("meeting_line.html") == TEACHERS


# --- what it shows ------------------------------------------------------------------------------


def test_each_of_a_crowd_sees_the_own_and_nobody_elses(crowded):
    lea, ben, kim = crowded.pupils[:3]
    crowded.ask(family_slots.take_all, *bookings(crowded, 0, 1))
    answers = crowded.ask(
        family_slots.choose_all,
        crowded.question(lea.id),
        crowded.question(ben.id),
        crowded.question(ben.id, named=lea.id),
        crowded.question("nobody", named=lea.id),
        crowded.question(kim.id, teacher="t9"),
    )
    assert [one.status_code for one in answers] == [200, 200, 404, 303, 404]
    texts = [one.body.decode() for one in answers]
    for text, own in ((texts[0], lea), (texts[1], ben)):
        assert f"{own.first_name} {own.last_name}" in text
        assert csrf_in(text) == csrf_word(crowded.tokens[own.id])
    assert "time ours" in texts[0]
    assert "time ours" not in texts[1]
    assert "time taken" in texts[1]
    assert field_in(texts[0], "once") != field_in(texts[1], "once")
    assert not any(lea.last_name in text for text in texts[1:])


def test_one_form_that_is_none_undoes_none_of_its_neighbours(crowded):
    lea, ben, kim, max_, zoe = (one.id for one in crowded.pupils[:5])
    answers = crowded.ask(
        family_slots.take_all,
        crowded.question(lea, starts_at=FIVE),
        crowded.question(ben, starts_at=FIVE),
        crowded.question(kim, starts_at="tomorrow"),
        crowded.question(max_, named=lea, starts_at=FIVE),
        crowded.question(zoe, starts_at=starts(0), csrf="0" * 64),
        crowded.question(max_, starts_at=starts(1)),
    )
    assert [one.status_code for one in answers] == [303, 422, 422, 404, 403, 303]
    rows = crowded.centre.rows("SELECT pupil_id FROM appointment WHERE state = 'booked'")
    assert {row[0] for row in rows} == {lea, max_}
    after = crowded.ask(family_slots.choose_all, crowded.question(ben))[0].body.decode()
    assert f'value="{FIVE}"' not in after


def test_what_fails_for_many_is_tried_for_each_alone(crowded, monkeypatch):
    unwell = crowded.pupils[1].id

    def ails(visits):
        if any(visit.ids["pupil"] == unwell for visit in visits):
            raise ValueError(unwell)
        return family_slots.choose_all(visits)

    place = next(one for one in FAMILY_PLACES if one.crowd is family_slots.choose_all)
    asked = [crowded.question(one.id) for one in crowded.pupils[:3]]
    answers = crowded.pages._visit_together(place, ails, asked)
    assert [one.status_code for one in answers] == [200, 500, 200]


def test_a_page_from_its_mould_is_the_page_from_its_template(crowded):
    voice = Voice(Language.NL, read_words(Language.NL), UTC)
    shape = {
        "teacher": Teacher("t", "Mme <b>", "Maths & co", "B12", ("1A",)),
        "is_own": True,
        "is_open": True,
    }
    own = {
        "slots": "autumn/1/t", "appointment": "a", "own_time": "17:00", "csrf": "c",
        "first_name": '"Léa" <script>',
    }  # fmt: skip
    for is_own in (True, False):
        known = {**shape, "is_own": is_own}
        plain = template.text_of("meeting_line.html", voice, **known, **own)
        for _ in range(2):
            assert mould.fill("meeting_line.html", voice, shape=known, blanks=own) == plain
        assert "<script>" not in plain


def test_the_control_another_catalogue_is_another_mould():
    words = dict(read_words(Language.FR))
    shape = {"starts_at": datetime(2026, 12, 3, tzinfo=UTC), "state": "taken", "is_open": True}
    for said in ("pris", "occup\u00e9", "pris"):
        voice = Voice(Language.FR, {**words, "slot.taken": said}, UTC)
        assert said in mould.fill("meeting_slot.html", voice, shape=shape, blanks={})


# --- the line -----------------------------------------------------------------------------------


class Counter:
    """Work that keeps who asked, and waits there until the gate is open."""

    def __init__(self, gate, served=None) -> None:
        self.gate = gate
        self.groups = []
        self.served = [] if served is None else served
        self.error = None

    def __call__(self, questions):
        self.groups.append(list(questions))
        self.served += questions
        pause_for(self.gate.wait())
        if self.error is not None:
            raise self.error
        return [f"answer to {one}" for one in questions]


def run(story):
    """Run a story in a thread of its own: the browser of other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as loop:
        return loop.submit(asyncio.run, story()).result()


async def turns(count=5):
    """Let the loop go around."""
    for _ in range(count):
        await asyncio.sleep(0)


async def at_once(counter, count):
    """Ask one question, and while it is in work `count` others. Result: what each came to."""
    crowd = Crowds().gather(counter)
    asked = [asyncio.ensure_future(crowd.answer("first"))]
    await turns()
    asked += [asyncio.ensure_future(crowd.answer(number)) for number in range(count)]
    await turns()
    counter.gate.set()
    return await asyncio.gather(*asked, return_exceptions=True)


def test_who_comes_while_one_is_answered_is_answered_together_in_order():
    async def story():
        counter = Counter(asyncio.Event())
        return await at_once(counter, TOGETHER_MAX + 3), counter.groups

    answers, groups = run(story)
    numbers = list(range(TOGETHER_MAX + 3))
    assert answers == [f"answer to {one}" for one in ("first", *numbers)]
    assert groups == [["first"], numbers[:TOGETHER_MAX], numbers[TOGETHER_MAX:]]


def test_a_line_has_an_end(monkeypatch):
    monkeypatch.setattr(central.pages.crowd, "_WAITING_MAX", 2)

    async def story():
        return await at_once(Counter(asyncio.Event()), 3)

    answers = run(story)
    assert answers[:3] == ["answer to first", "answer to 0", "answer to 1"]
    assert isinstance(answers[3], BusyError)


def test_a_failure_is_told_to_each_and_the_next_are_answered():
    error = BusyError("the database is busy")

    async def story():
        counter = Counter(asyncio.Event())
        counter.error = error
        return await at_once(counter, 2)

    assert run(story) == [error] * 3


def overtaking(served, one, arrived):
    """Return how many were served before one who had come before them."""
    behind = set(arrived[arrived.index(one) + 1 :])
    return sum(other in behind for other in served[: served.index(one)])


ARRIVED = [
    *(f"read {number}" for number in range(150)),
    "book",
    *(f"read {n}" for n in range(150, 400)),
]


def serve_in_line(reads, books):
    """Let all arrive while somebody is answered. Result: in which order they were served."""

    async def story():
        gate, served = asyncio.Event(), []
        pages, bookings = reads.gather(Counter(gate, served)), books.gather(Counter(gate, served))
        asked = [asyncio.ensure_future(pages.answer("first"))]
        await turns()
        for name in ARRIVED:
            crowd = bookings if name == "book" else pages
            asked.append(asyncio.ensure_future(crowd.answer(name)))
        await turns()
        gate.set()
        await asyncio.gather(*asked)
        return served[1:]

    return run(story)


def test_a_booking_is_answered_before_all_but_a_groups_worth_of_those_behind_it():
    line = Crowds()
    served = serve_in_line(line, line)
    assert sorted(served) == sorted(ARRIVED)
    assert [one for one in served if one != "book"] == [one for one in ARRIVED if one != "book"]
    assert served.index("book") == 2 * TOGETHER_MAX
    assert overtaking(served, "book", ARRIVED) == 2 * TOGETHER_MAX - 150 <= TOGETHER_MAX


def test_the_control_reads_that_go_first_are_noticed():
    served = sorted(ARRIVED, key=lambda one: one == "book")
    assert overtaking(served, "book", ARRIVED) == 250


@pytest.mark.parametrize(("long_s", "is_let_by"), [(0.0, True), (3600.0, False)])
def test_who_waits_for_a_database_is_in_nobodys_way_for_long(long_s, is_let_by):
    async def story():
        line, stuck, free = Crowds(long_s=long_s), asyncio.Event(), asyncio.Event()
        free.set()
        bookings, pages = line.gather(Counter(stuck)), line.gather(Counter(free))
        first = asyncio.ensure_future(bookings.answer("stuck"))
        await turns()
        second = asyncio.ensure_future(bookings.answer("behind it"))
        read = asyncio.ensure_future(pages.answer("read"))
        await turns(20)
        seen = [one.done() for one in (first, second, read)]
        stuck.set()
        return seen, await asyncio.gather(first, second, read)

    seen, answers = run(story)
    assert seen == [False, False, is_let_by]
    assert answers == ["answer to stuck", "answer to behind it", "answer to read"]
