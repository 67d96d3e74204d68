"""The tables of what a badge does beside the meal, and of those who pay: one step, told by service.

They are joined to one step of `central.migrations`; `central.schema` says the rules of all tables.
"""

from typing import Final

MEETINGS: Final = (
    # A trip or another activity: who is invited, what they answer, and what they owe for it.
    """CREATE TABLE activity (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    details TEXT NOT NULL,
    place TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    answer_by TEXT NOT NULL,
    places BIGINT,
    price_cents BIGINT NOT NULL,
    takes_wallet BIGINT NOT NULL,
    state TEXT NOT NULL,
    planned_at TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE activity_instalment (
    school_id TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    due_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    PRIMARY KEY (school_id, activity_id, number)
)""",
    """CREATE TABLE activity_pupil (
    school_id TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_at TEXT,
    answered_by TEXT NOT NULL,
    invoice_id TEXT,
    turns BIGINT NOT NULL,
    PRIMARY KEY (school_id, activity_id, pupil_id)
)""",
    "CREATE INDEX activity_of_pupil ON activity_pupil (school_id, pupil_id)",
    """CREATE TABLE invoice (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    digits TEXT NOT NULL,
    turn BIGINT NOT NULL,
    made_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    credited_cents BIGINT NOT NULL,
    paid_cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    "CREATE UNIQUE INDEX invoice_digits ON invoice (school_id, digits)",
    "CREATE INDEX invoice_of_pupil ON invoice (school_id, pupil_id)",
    """CREATE TABLE instalment (
    school_id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    due_on TEXT NOT NULL,
    cents BIGINT NOT NULL,
    PRIMARY KEY (school_id, invoice_id, number)
)""",
    # A transfer for an invoice that pays more than it asked for waits with the rest alone.
    "ALTER TABLE bank_line ADD COLUMN invoice_id TEXT",
    "ALTER TABLE bank_line ADD COLUMN rest_cents BIGINT",
    # Parents' meetings: an evening, its teachers, their times, and who comes when.
    """CREATE TABLE meeting_evening (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    day TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    opens_at TEXT NOT NULL,
    closes_at TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE meeting_teacher (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    room TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, id)
)""",
    """CREATE TABLE meeting_class (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    class_name TEXT NOT NULL,
    teacher_id TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, class_name, teacher_id)
)""",
    """CREATE TABLE meeting_slot (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    teacher_id TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, teacher_id, starts_at)
)""",
    """CREATE TABLE appointment (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    teacher_id TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    state TEXT NOT NULL,
    booked_at TEXT NOT NULL,
    booked_by TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    # One teacher, one family in one slot; one child, one slot with a teacher: the database holds
    # both, whoever comes first.
    """CREATE UNIQUE INDEX appointment_slot
    ON appointment (school_id, evening_id, teacher_id, starts_at) WHERE state = 'booked'""",
    """CREATE UNIQUE INDEX appointment_once
    ON appointment (school_id, evening_id, pupil_id, teacher_id) WHERE state = 'booked'""",
    # A family is at one teacher's at a time: each of its children is taken in that slot.
    """CREATE TABLE meeting_attendance (
    school_id TEXT NOT NULL,
    evening_id TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    PRIMARY KEY (school_id, evening_id, starts_at, pupil_id)
)""",
    "CREATE INDEX attendance_of ON meeting_attendance (school_id, appointment_id)",
)

FAMILIES: Final = (
    """CREATE TABLE family_pupil (
    school_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (school_id, user_name, pupil_id)
)""",
    "CREATE INDEX family_pupil_of ON family_pupil (school_id, pupil_id)",
    """CREATE TABLE access_code (
    school_id TEXT NOT NULL,
    code_hash BLOB NOT NULL UNIQUE,
    user_name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    PRIMARY KEY (school_id, code_hash)
)""",
    # What a school lets parents do, where it is not as everywhere.
    """CREATE TABLE family_rule (
    school_id TEXT NOT NULL REFERENCES school (id),
    word TEXT NOT NULL,
    is_allowed BIGINT NOT NULL,
    PRIMARY KEY (school_id, word)
)""",
    # A parent's mail address, and what is sent there. word: of the address, in links that need no
    # sign-in: it confirms the address, or stops the daily mail, and opens nothing.
    """CREATE TABLE family_mail (
    school_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    address TEXT NOT NULL,
    word TEXT NOT NULL UNIQUE,
    confirmed_at TEXT,
    has_digest BIGINT NOT NULL,
    told_until TEXT NOT NULL,
    PRIMARY KEY (school_id, user_name)
)""",
    # Letters that wait: what they say is written when they are sent, so that no name, amount or
    # code lies here.
    """CREATE TABLE mail (
    school_id TEXT NOT NULL,
    id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    next_at TEXT NOT NULL,
    tries BIGINT NOT NULL,
    state TEXT NOT NULL,
    fault TEXT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    "CREATE INDEX mail_due ON mail (state, next_at)",
)

# What was asked about orders, and what became of it: each command once, whichever way it came.
KIOSK: Final = (
    """CREATE TABLE order_request (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    event_id TEXT,
    pupil_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    day TEXT NOT NULL,
    act TEXT NOT NULL,
    product_id TEXT NOT NULL,
    made_at TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    cents BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    "CREATE INDEX order_request_feed ON order_request (school_id, cursor)",
    "ALTER TABLE communication ADD COLUMN cursor BIGINT NOT NULL DEFAULT 0",
    # Copies from before have no place for either: each terminal takes a whole one.
    "UPDATE school SET removed_at = cursor + 1, cursor = cursor + 1",
)

BADGE_KINDS: Final = (
    # The family of a badge's number (`core.tap.Family`); empty where only its key was ever told.
    "ALTER TABLE badge ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
    # One pupil, one badge in use of each kind: held here too, whoever writes.
    """CREATE UNIQUE INDEX badge_in_use ON badge (school_id, pupil_id, kind)
    WHERE state = 'active' AND kind <> ''""",
)

PHOTOS: Final = (
    # digest: SHA-256 of the content in hexadecimal; empty for a photo that was taken away.
    """CREATE TABLE pupil_photo (
    school_id TEXT NOT NULL REFERENCES school (id),
    pupil_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    content BLOB NOT NULL,
    cursor BIGINT NOT NULL,
    taken_in_at TEXT NOT NULL,
    PRIMARY KEY (school_id, pupil_id)
)""",
    "CREATE INDEX pupil_photo_feed ON pupil_photo (school_id, cursor)",
    "CREATE INDEX pupil_photo_named ON pupil_photo (school_id, digest)",
)

FEED: Final = (
    # What changed is asked for every second by each terminal, and these grow for ever.
    "CREATE INDEX meal_order_feed ON meal_order (school_id, cursor)",
    "CREATE INDEX pupil_bought_feed ON pupil_bought (school_id, cursor)",
)

# Evening study, late arrivals and absences. A presence is one row however many terminals saw it.
PRESENCE: Final = (
    """CREATE TABLE study_session (
    school_id TEXT NOT NULL REFERENCES school (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    weekdays TEXT NOT NULL,
    starts BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    price_cents BIGINT NOT NULL,
    wants_out BIGINT NOT NULL,
    is_held BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, id)
)""",
    """CREATE TABLE study_enrolment (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT,
    weekdays TEXT NOT NULL,
    price_cents BIGINT,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id, session_id)
)""",
    "CREATE INDEX study_enrolment_feed ON study_enrolment (school_id, cursor)",
    "CREATE INDEX study_enrolment_of ON study_enrolment (school_id, session_id)",
    """CREATE TABLE study_presence (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    session_id TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    left_at TEXT,
    cents BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    staff TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
)""",
    "CREATE INDEX study_presence_feed ON study_presence (school_id, cursor)",
    "CREATE INDEX study_presence_day ON study_presence (school_id, day, session_id)",
    "CREATE INDEX study_presence_pupil ON study_presence (school_id, pupil_id, day)",
    """CREATE TABLE late_arrival (
    school_id TEXT NOT NULL,
    key TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    arrived_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    said TEXT NOT NULL,
    event_id TEXT NOT NULL,
    terminal_id TEXT NOT NULL,
    staff TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, key)
)""",
    "CREATE INDEX late_arrival_feed ON late_arrival (school_id, cursor)",
    "CREATE INDEX late_arrival_day ON late_arrival (school_id, day)",
    "CREATE INDEX late_arrival_pupil ON late_arrival (school_id, pupil_id, day)",
    """CREATE TABLE absence (
    school_id TEXT NOT NULL,
    pupil_id TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    cursor BIGINT NOT NULL,
    PRIMARY KEY (school_id, pupil_id, day)
)""",
    "CREATE INDEX absence_feed ON absence (school_id, cursor)",
    "CREATE INDEX absence_day ON absence (school_id, day)",
    # Copies from before have no place for these: each terminal takes a whole one.
    "UPDATE school SET removed_at = cursor + 1, cursor = cursor + 1",
)
