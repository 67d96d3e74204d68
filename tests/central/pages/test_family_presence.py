"""What a parent sees of the study room and of the gate."""

from datetime import UTC, date, datetime

from family_rig import add_parent
from pages_rig import text_of

from central.lateness import NotedAbsence, note_absences
from central.study import put_session
from core.facts import ArrivedLate, LateWhy, StudyEntered
from core.ids import SessionId
from core.money import Money
from core.presence_rows import AbsenceState
from core.study import StudySession
from core.tap import Assurance

TODAY = date(2026, 11, 24)
SHORT = StudySession(
    SessionId("short"), "Étude courte", frozenset({0, 1, 3, 4}), 965, 1035, Money(100)
)


def test_presences_and_late_arrivals_are_on_the_page_at_once(office, clock, arrive):
    school = office.school.school.id
    thomas = next(one for one in office.school.pupils if one.last_name == "Roulin")
    add_parent(office.store, school, "mother", thomas.id, at=clock())
    put_session(office.store, school, SHORT, who="office", now=clock())
    home = arrive("mother")
    path = f"/family/children/{thomas.id}/presence"
    assert "Aucune présence à l’étude." in text_of(home.get(path).text)
    till = office.till("Salle d’étude")
    badge = office.badge_of(thomas.id)
    late = ArrivedLate(
        day=TODAY,
        pupil=thomas.id,
        badge=badge,
        assurance=Assurance.UID,
        due_at=datetime(2026, 11, 24, 7, 10, tzinfo=UTC),
        said=LateWhy.TRANSPORT,
    )
    entered = StudyEntered(TODAY, SHORT.id, thomas.id, badge, Assurance.UID, Money(100))
    till.journal.append(late, at=datetime(2026, 11, 24, 7, 24, tzinfo=UTC))
    sealed = till.journal.append(entered, at=clock())
    till.send()
    away = NotedAbsence(thomas.id, date(2026, 11, 20), AbsenceState.ANNOUNCED, "the office's words")
    note_absences(office.store, school, [away], who="fatima", now=clock())
    page = home.get(path).text
    shown = text_of(page)
    assert "-1,00 €" in shown
    assert "Étude courte" in shown
    assert "arrivée à 08:24, 14 min de retard" in shown
    assert "20 nov. 2026" in shown
    assert "the office's words" not in page
    assert f"/events/{sealed.id}" in page
    assert home.get(f"/family/children/{thomas.id}/events/{sealed.id}").status_code == 200
