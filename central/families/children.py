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
    found: dict[str, list[OwnChild]] = {name: [] for name in names}
    for row in session.rows_by(
        "SELECT f.user_name, p.id, p.first_name, p.last_name, p.class_name FROM family_pupil f"
        " JOIN pupil p ON p.school_id = f.school_id AND p.id = f.pupil_id"
        " WHERE f.school_id = ? AND f.user_name IN",
        names,
        school,
    ):
        found[row[0]].append(OwnChild(PupilId(row[1]), *row[2:]))
    for children in found.values():
        children.sort(key=lambda one: (one.class_name, one.last_name, one.first_name, one.id))
    return found
