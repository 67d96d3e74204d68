"""The settings of one terminal: every key, its type, its default and what it is for.

This file is the only place where a key is described: `refectory config explain`, the checks and
their messages are made from it. Secrets are never settings (see `config.secrets`).
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from config.timetable import LINE_PATTERN

DEFAULT_DATA = Path("/var/lib/refectory")

# Addresses are only checked for their shape here: which schemes exist is known by the drivers.
_ADDRESS = r"^[a-z][a-z0-9+.-]*://[\x21-\x7e]*\Z"
_HOST_AND_PORT = r"^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}\Z"
_WEB_ADDRESS = r"^https?://[A-Za-z0-9.\[\]:-]+(/[\x21-\x7e]*)?\Z"
# Control bytes in a name would reach receipts, screens and logs.
_ONE_LINE = r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"


def _key(purpose: str, *, wants: str, example: object, **limits: object) -> msgspec.Meta:
    """Return the description of a key.

    wants: completes "must be …". example: a value as it would stand in the file.
    limits: what msgspec checks (`pattern`, `ge`, `le`, `max_length`, …).
    """
    # Each limit has a type of its own, which msgspec checks when the class is made.
    meta: msgspec.Meta = msgspec.Meta(  # type: ignore[call-overload]
        description=purpose, extra={"wants": wants, "example": example}, **limits
    )
    return meta


Address = Annotated[str, msgspec.Meta(pattern=_ADDRESS)]
WebAddress = Annotated[str, msgspec.Meta(pattern=_WEB_ADDRESS)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What makes this terminal this terminal. Every key may be absent."""

    name: Annotated[
        str,
        _key(
            "Name of this terminal, as staff call it; it stands on screens, receipts and reports.",
            wants="a name of 1 to 40 characters on one line",
            example="Canteen, till 1",
            pattern=_ONE_LINE,
            max_length=40,
        ),
    ] = "till"
    data: Annotated[
        Path,
        _key(
            "Folder of the journal, the copy of the school's data and the print spool. "
            "The environment variable REFECTORY_DATA and the option --data go before it.",
            wants="the path of a folder, written in full",
            example="/var/lib/refectory",
        ),
    ] = DEFAULT_DATA
    readers: Annotated[
        tuple[Address, ...],
        _key(
            "Addresses of the badge readers. `refectory reader list` prints those that are "
            "plugged in.",
            wants="a list of reader addresses in quotes",
            example=["pcsc://", "wedge:///dev/input/event3?layout=be"],
            max_length=16,
        ),
    ] = ("pcsc://",)
    printer: Annotated[
        str,
        _key(
            "Address of the receipt printer. `image://` draws each receipt as a picture in the "
            "data folder, `none://` prints nothing.",
            wants="one printer address",
            example="tcp://192.0.2.10:9100",
            pattern=_ADDRESS,
        ),
    ] = "image://"
    printer_fallback: Annotated[
        Address | None,
        _key(
            "Address of a second printer, for what the first has held for a minute. The columns "
            "of another kind of paper stand in it, as in ?columns=32. Without it papers wait.",
            wants="one printer address",
            example="tcp://192.0.2.11:9100?columns=32",
        ),
    ] = None
    columns: Annotated[
        int,
        _key(
            "Characters on one line of a receipt: 48 or 42 on paper of 80 mm, 32 on 58 mm.",
            wants="a whole number from 24 to 64",
            example=42,
            ge=24,
            le=64,
        ),
    ] = 48
    printer_profile: Annotated[
        str,
        _key(
            "Name of the printer's capabilities (code page, cutter, QR code). `default` suits "
            "most printers that understand Epson's commands.",
            wants="the name of a printer profile",
            example="TM-T20II",
            pattern=r"^[A-Za-z0-9._-]+\Z",
        ),
    ] = "default"
    central: Annotated[
        WebAddress | None,
        _key(
            "Address of the central service. Without it the terminal only keeps its own journal.",
            wants="an address that starts with https:// (http:// for this machine only)",
            example="https://centre.school.example",
        ),
    ] = None
    listen: Annotated[
        str,
        _key(
            "Where the screens are served. Keep it on 127.0.0.1 unless the network is trusted.",
            wants="HOST:PORT with a port from 0 to 65535 (0 takes a free one)",
            example="127.0.0.1:8750",
            pattern=_HOST_AND_PORT,
        ),
    ] = "127.0.0.1:8750"
    language: Annotated[
        Literal["fr", "nl", "de", "en"],
        _key(
            "Language of the screens and receipts where nobody has chosen another.",
            wants="one of fr, nl, de, en",
            example="fr",
        ),
    ] = "fr"
    screen_mm: Annotated[
        int,
        _key(
            "Diagonal of the staff screen in millimetres; the size of letters follows from it.",
            wants="a whole number of millimetres from 80 to 1000",
            example=257,
            ge=80,
            le=1000,
        ),
    ] = 257
    timetable: Annotated[
        tuple[Annotated[str, msgspec.Meta(pattern=LINE_PATTERN)], ...],
        _key(
            "What this terminal is at which hours of the school's clock: till, kiosk, office, "
            "study, gate, or closed; with weekdays, if not on all. The line with `else` is for all "
            "other hours. Without a timetable it is always a till.",
            wants="a list of lines such as till 11:30-14:00",
            example=["till 11:30-14:00", "study 16:00-18:15 mon tue thu fri", "kiosk else"],
            max_length=32,
        ),
    ] = ()
    photos_mb: Annotated[
        int,
        _key(
            "Room for photos of pupils in the data folder, in megabytes: those not seen for the "
            "longest time make room for others. 0 fetches and shows none.",
            wants="a whole number from 0 to 500",
            example=0,
            ge=0,
            le=500,
        ),
    ] = 20
    sounds: Annotated[
        bool,
        _key(
            "Whether this terminal itself plays a sound for each verdict and each alarm, by "
            "`aplay` (package alsa-utils): heard even where the screen is dead. The screen's own "
            "sounds are turned on in its menu.",
            wants="true or false",
            example=True,
        ),
    ] = False
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        _key(
            "How much is written to the log. From `info` up it holds no names and no badge values.",
            wants="one of debug, info, warning, error",
            example="info",
        ),
    ] = "info"
