"""The slip for the teacher, from what was noted at the gate."""

from datetime import timedelta

from core.decision import Noted
from core.events import Stamp
from core.facts import ArrivedLate
from core.view import View
from printer.job import document_name, encode_document
from printer.late_notice import LateFigures, late_notice


def late_paper(noted: Noted, view: View, stamp: Stamp) -> tuple[str, bytes]:
    """Return the paper of a late arrival as it is stored: its kind, and its bytes."""
    fact, holder = noted.facts[0], view.holder
    assert isinstance(fact, ArrivedLate), "only the late get this slip"
    assert holder is not None, "somebody came late"
    arrived_at = noted.earlier_at or stamp.at
    offset = arrived_at.astimezone(view.place.calendar.zone).utcoffset()
    assert offset is not None, "the school's zone knows its offset"
    notice = late_notice(
        LateFigures(arrived_at, fact.due_at, fact.said),
        school=view.place.school,
        terminal=view.place.terminal,
        person=holder.pupil.short_name,
        class_name=holder.pupil.class_name,
        zone_offset_minutes=offset // timedelta(minutes=1),
        language=view.place.language,
        is_training=view.is_training,
    )
    return document_name(notice), encode_document(notice)
