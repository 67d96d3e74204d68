"""A family's appointment with a teacher, as a terminal tells of it."""

from dataclasses import dataclass
from datetime import datetime

from core.ids import PupilId


@dataclass(frozen=True, slots=True)
class Appointment:
    """Whom a child's parents meet, when and where. starts_at: aware."""

    pupil: PupilId
    starts_at: datetime
    teacher: str
    subject: str
    room: str
