"""A pupil's parents at the office: a letter with a code that is shown once, an access that ends."""

from urllib.parse import urlencode

from starlette.responses import Response

from central.families.access import Access, make_token
from central.families.links import unlink
from central.office import Act
from central.pages.codes import code_picture
from central.pages.pupils import read_pupil
from central.pages.visit import OFFICE, FormError, Visit, one_row
from central.pages.voice import Voice, read_words
from core.ids import PupilId
from core.people import Language


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
    link = f"{visit.address}/welcome?{_asked(access)}"
    reader = access.user.language
    return visit.page(
        "letter.html",
        child=child,
        access=access,
        link=link,
        welcome=f"{visit.address}/welcome",
        picture=code_picture(link),
        theirs=Voice(reader, read_words(reader), visit.voice.zone),
        back=f"{OFFICE}/pupils/{pupil}",
    )


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
