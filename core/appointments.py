"""A family's appointment with a teacher, as a terminal tells of it."""

from datetime import datetime

from core.ids import PupilId
from core.value import Value


class Appointment(Value):
    """Whom a child's parents meet, when and where. starts_at: aware."""

    pupil: PupilId
    starts_at: datetime
    teacher: str
    subject: str
    room: str
