"""The children of many families at once, for pages of which many ask."""

from collections.abc import Iterable
from dataclasses import dataclass

from central.database import Session
from core.ids import PupilId, SchoolId


@dataclass(frozen=True, slots=True)
class OwnChild:
    """A child as its parents see it in a list."""

    id: PupilId
    first_name: str
    last_name: str
    class_name: str

    @property
    def text(self) -> str:
        """The child's name and class."""
        return f"{self.first_name} {self.last_name} ({self.class_name})"


def families_of(
    session: Session, school: SchoolId, users: Iterable[str]
) -> dict[str, list[OwnChild]]:
    """Return the children of parents who are at a school, by class and name. users: names."""
    names = sorted(set(users))
    # Not joined: PostgreSQL, as long as it knows no figures of the tables, would look at all
    # pupils of the school for each family.
    links = session.rows_by(
        "SELECT user_name, pupil_id FROM family_pupil WHERE school_id = ? AND user_name IN",
        names,
        school,
    )
    pupils = {
        row[0]: OwnChild(PupilId(row[0]), *row[1:])
        for row in session.rows_by(
            "SELECT id, first_name, last_name, class_name FROM pupil WHERE school_id = ? AND id IN",
            sorted({row[1] for row in links}),
            school,
        )
    }
    found: dict[str, list[OwnChild]] = {name: [] for name in names}
    for user, pupil in links:
        if pupil in pupils:
            found[user].append(pupils[pupil])
    for children in found.values():
        children.sort(key=lambda one: (one.class_name, one.last_name, one.first_name, one.id))
    return found
