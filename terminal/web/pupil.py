"""What pupils may see of the board: a first name and yes, or "ask at the till". Nothing else.

Reasons, diets, classes and photos do not leave the daemon towards this screen at all; whoever
looks into its traffic finds none. A balance does only where the school's rules say so.
"""

from collections.abc import Mapping

from terminal.board import Content, Note

_INITIAL_LENGTH = 2
_NOTED = frozenset({"late", "present"})


def pupil_note(note: Note) -> Note | None:
    """Return a note as the pupils' screen gets it, or None when it is none of its business."""
    match note.topic:
        case "verdict":
            return Note(note.id, note.topic, _verdict(note.content))
        case "status":
            return Note(note.id, note.topic, _status(note.content))
        case _:
            return None


def pupil_state(state: Content) -> Content:
    """Return the whole state as the pupils' screen gets it."""
    verdict, status = state.get("verdict"), state.get("status")
    shown: dict[str, object] = {}
    if isinstance(verdict, Mapping):
        shown["verdict"] = _verdict(verdict)
    if isinstance(status, Mapping):
        shown["status"] = _status(status)
    return shown


def _verdict(verdict: Content) -> Content:
    # An allergy in the dish is for staff to settle: here it is a question like any other.
    outcome, tone = verdict.get("outcome"), verdict.get("tone")
    # Being late, or there already, is for the pupil and the gate alone: noted is noted.
    is_ok = outcome in _NOTED or (outcome != "refused" and tone == "ok")
    return {
        "is_ok": is_ok,
        "first_name": _first_name(verdict.get("name")) if is_ok else None,
        "language": verdict.get("language") if is_ok else None,
        "balance_cents": verdict.get("wallet_cents")
        if is_ok and verdict.get("shows_balance") is True
        else None,
        "at": verdict.get("at"),
        "seq": verdict.get("seq"),
        "t0_ms": verdict.get("t0_ms"),
    }


def _status(status: Content) -> Content:
    menu = status.get("menu")
    return {
        "school": status.get("school"),
        "menu": menu if isinstance(menu, list) else [],
        "profile": status.get("profile"),
        "profile_until": status.get("profile_until"),
    }


def _first_name(name: object) -> str | None:
    """Return a short name without its last initial: `Jean Paul V.` gives `Jean Paul`."""
    if not isinstance(name, str):
        return None
    first, _, last = name.rpartition(" ")
    has_initial = len(last) == _INITIAL_LENGTH and last.endswith(".")
    return first if first and has_initial else name
