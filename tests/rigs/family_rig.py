"""Families at a centre: parents who have chosen their passwords, and what their browsers hold."""

from pages_rig import PASSWORD, Clerk

from central.families.access import make_token, use_code
from central.office import Act
from central.store import Store
from core.ids import PupilId, SchoolId
from core.people import Language


def add_parent(
    store: Store,
    school: SchoolId,
    name: str,
    *pupils: PupilId,
    at: object,
    language: Language = Language.FR,
) -> None:
    """Make a parent of some pupils, who has chosen the usual password."""
    act = Act("test", at)
    for pupil in pupils:
        access = make_token(store, school, pupil=pupil, name=name, language=language, act=act)
    used = use_code(store, name=name, code=access.code, password=PASSWORD, now=at)
    assert used is not None, "a fresh code works"


class Parent(Clerk):
    """Somebody at home, with a browser's cookies."""

    def sign_in(self, name: str, password: str = PASSWORD):
        """Fill in the form."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"name": name, "password": password})
        if answer.status_code == 303:
            self.get("/family")
        return answer
