"""A pupil's parents at the office: a letter with a code that is shown once, an access that ends.

For a whole class there is one letter a pupil whom no parent sees yet, so that the same form sent
again makes no code anew that is on its way home.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import Response

from central.database import Session
from central.families.access import Access, make_token
from central.families.links import unlink
from central.office import Act
from central.pages.codes import code_picture
from central.pages.pupils import read_pupil
from central.pages.visit import OFFICE, FormError, Visit, one_row
from central.pages.voice import Voice, read_words
from core.ids import PupilId, SchoolId
from core.people import Language, Pupil


def make_letter(visit: Visit) -> Response:
    """Show a letter with a fresh code. It stands on this page alone, and is nowhere kept."""
    pupil = PupilId(visit.ids["pupil"])
    language = visit.field("language")
    if language and language not in set(Language):
        raise FormError("refused.choice")
    with visit.store.database.reading() as session:
        child, _ = read_pupil(session, visit.school.id, pupil)
    access = make_token(
        visit.store,
        visit.school.id,
        pupil=pupil,
        name=visit.field("name"),
        language=Language(language) if language else None,
        act=Act(visit.user.name, visit.now),
    )
    letters = [_letter(visit, child, access)]
    return visit.page("letter.html", letters=letters, of_class="", back=f"{OFFICE}/pupils/{pupil}")


def make_class_letters(visit: Visit) -> Response:
    """Show a letter for each pupil of a class whom no parent sees yet, each with a fresh code."""
    school, wanted = visit.school.id, visit.field("class")
    with visit.store.database.reading() as session:
        rows = session.rows(_WITHOUT_PARENTS, school, wanted)
        children = [read_pupil(session, school, PupilId(row[0]))[0] for row in rows]
    if not children:
        raise FormError("refused.no_letters")
    act = Act(visit.user.name, visit.now)
    letters = [
        _letter(visit, child, make_token(visit.store, school, pupil=child.id, act=act))
        for child in children
    ]
    return visit.page("letter.html", letters=letters, of_class=wanted, back=f"{OFFICE}/families")


def classes_without(session: Session, school: SchoolId) -> list[tuple[str, int]]:
    """Return the classes in which there are pupils whom no parent sees, and how many."""
    rows = session.rows(
        f"SELECT p.class_name, COUNT(*) {_NOBODY_SEES} GROUP BY p.class_name ORDER BY p.class_name",
        school,
    )
    return [(row[0], row[1]) for row in rows]


_NOBODY_SEES = (
    "FROM pupil p LEFT JOIN family_pupil f ON f.school_id = p.school_id AND f.pupil_id = p.id"
    " WHERE p.school_id = ? AND f.pupil_id IS NULL"
)
_WITHOUT_PARENTS = (
    f"SELECT p.id {_NOBODY_SEES} AND p.class_name = ?"
    " ORDER BY p.last_name, p.first_name, p.id LIMIT 100"
)


def _letter(visit: Visit, child: Pupil, access: Access) -> Mapping[str, object]:
    link = f"{visit.address}/welcome?{_asked(access)}"
    reader = access.user.language
    return {
        "child": child,
        "access": access,
        "welcome": f"{visit.address}/welcome",
        "picture": code_picture(link),
        "theirs": Voice(reader, read_words(reader), visit.voice.zone),
    }


def remove(visit: Visit) -> Response:
    """Let a parent see a pupil no longer."""
    pupil, parent = PupilId(visit.ids["pupil"]), visit.ids["parent"]
    with visit.store.database.reading() as session:
        one_row(
            session,
            "SELECT 1 FROM family_pupil WHERE school_id = ? AND pupil_id = ? AND user_name = ?",
            visit.school.id,
            pupil,
            parent,
        )
    unlink(
        visit.store,
        visit.school.id,
        name=parent,
        pupil=pupil,
        who=visit.user.name,
        at=visit.now,
    )
    return visit.go(f"{OFFICE}/pupils/{pupil}", done="parent_removed")


def _asked(access: Access) -> str:
    asked = {
        "name": access.user.name,
        "code": access.code,
        "language": access.user.language.value,
    }
    return urlencode(asked)
