"""`refectory central meetings`: evenings of parents' meetings, their teachers and appointments."""

import argparse
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from cli.central_desk import (
    Row,
    act_of,
    add_key,
    add_school,
    add_why,
    at_school,
    day,
    key_of,
    say_rows,
)
from cli.output import CommandError

if TYPE_CHECKING:
    from datetime import tzinfo

    from central.meetings.evenings import Evening
    from central.store import Store
    from cli.main import Commands
    from core.ids import SchoolId

_NOON = time(12, 0)


def register_meeting_words(words: "Commands") -> None:
    """Add `meetings` with its words."""
    meetings = words.add_parser("meetings", help="parents' meetings: evenings and appointments")
    acts = meetings.add_subparsers(dest="meetings_command", metavar="WHAT", required=True)
    set_up = acts.add_parser("set-up", help="an evening with its teachers and their times")
    set_up.add_argument("name", metavar="NAME")
    set_up.add_argument("--day", type=day, required=True, metavar="DAY")
    set_up.add_argument("--from", dest="starts_at", type=_time, required=True, metavar="HH:MM")
    set_up.add_argument("--to", dest="ends_at", type=_time, required=True, metavar="HH:MM")
    set_up.add_argument("--teachers", type=Path, required=True, metavar="FILE", help="a CSV table")
    set_up.add_argument("--minutes", type=int, default=10, metavar="N", help="(default: 10)")
    set_up.add_argument("--opens", type=_moment, metavar="DAY HH:MM", help="(default: now)")
    set_up.add_argument(
        "--closes", type=_moment, metavar="DAY HH:MM", help="(default: that day at noon)"
    )
    add_key(set_up)
    listing = acts.add_parser("list", help="all evenings")
    show = acts.add_parser("show", help="the appointments of an evening, teacher by teacher")
    cancel = acts.add_parser("cancel", help="cancel an evening and all its appointments")
    for word in (show, cancel):
        word.add_argument("evening", metavar="EVENING", help="see `… meetings list`")
    add_why(cancel)
    for word, run in ((set_up, _set_up), (listing, _list), (show, _show), (cancel, _cancel)):
        add_school(word)
        word.set_defaults(run=run)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no time; write it like 17:00"
        raise argparse.ArgumentTypeError(message) from error


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no moment; write it like '2026-12-03 12:00'"
        raise argparse.ArgumentTypeError(message) from error


def _local(moment: datetime, zone: "tzinfo") -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _set_up(parsed: argparse.Namespace) -> int:
    from central.meetings.evenings import Evening, set_up_evening  # noqa: PLC0415  loads late
    from central.meetings.teacher_file import read_teachers  # noqa: PLC0415
    from central.records import read_school  # noqa: PLC0415

    try:
        table = parsed.teachers.read_bytes()
    except OSError as error:
        message = f"{parsed.teachers}: {error.strerror}; name the table of teachers"
        raise CommandError(message) from error

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        doer = act_of(parsed)
        with store.database.reading() as session:
            zone = read_school(session, school).calendar.zone
        closes = parsed.closes or datetime.combine(parsed.day, _NOON)
        made = Evening(
            id=key_of(parsed)[:64],
            name=parsed.name,
            day=parsed.day,
            starts_at=parsed.starts_at,
            ends_at=parsed.ends_at,
            opens_at=doer.at if parsed.opens is None else _local(parsed.opens, zone),
            closes_at=_local(closes, zone),
            minutes=parsed.minutes,
        )
        return [_evening(set_up_evening(store, school, made, read_teachers(table), act=doer))]

    return say_rows(parsed, at_school(parsed, act), _EVENING)


def _evening(one: "Evening") -> Row:
    from core.codec import moment_text  # noqa: PLC0415  loads late

    return {
        "evening": one.id,
        "name": one.name,
        "day": one.day.isoformat(),
        "starts_at": one.starts_at.isoformat("minutes"),
        "ends_at": one.ends_at.isoformat("minutes"),
        "minutes": one.minutes,
        "opens_at": moment_text(one.opens_at),
        "closes_at": moment_text(one.closes_at),
        "state": one.state.value,
    }


_EVENING = "{evening}  {day} {starts_at}-{ends_at}  {state}  booking until {closes_at}  {name}"


def _list(parsed: argparse.Namespace) -> int:
    from central.meetings.evenings import list_evenings  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            return [_evening(one) for one in list_evenings(session, school)]

    return say_rows(parsed, at_school(parsed, act), _EVENING, none="no meetings are set up")


def _show(parsed: argparse.Namespace) -> int:
    from central.meetings.appointments import appointments_on  # noqa: PLC0415  loads late
    from central.meetings.evenings import read_evening  # noqa: PLC0415
    from central.records import read_school  # noqa: PLC0415

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        with store.database.reading() as session:
            read_evening(session, school, parsed.evening)
            zone = read_school(session, school).calendar.zone
            return [
                {
                    "appointment": one.id,
                    "teacher": one.teacher_name,
                    "room": one.room,
                    "at": one.starts_at.astimezone(zone).strftime("%H:%M"),
                    "pupil": one.pupil,
                }
                for one in appointments_on(session, school, parsed.evening)
            ]

    words = "{at}  {teacher}  {room}  {pupil}"
    return say_rows(parsed, at_school(parsed, act), words, none="nothing is booked yet")


def _cancel(parsed: argparse.Namespace) -> int:
    from central.meetings.evenings import cancel_evening  # noqa: PLC0415  loads late

    def act(store: "Store", school: "SchoolId") -> list[Row]:
        count = cancel_evening(store, school, evening=parsed.evening, act=act_of(parsed))
        return [{"evening": parsed.evening, "cancelled": count}]

    return say_rows(parsed, at_school(parsed, act), "{cancelled} appointments cancelled")
