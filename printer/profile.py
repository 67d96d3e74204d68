"""What one printer can do: its width, its code page, its knife, and how it proves that it printed.

A profile comes from python-escpos's collection, from a file that `refectory printer test` wrote, or
from the address. Nothing here imports python-escpos: its collection is a JSON file, and is read as
one.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, Final

from printer.charset import CODECS, can_print
from printer.errors import ProfileError
from printer.paper import Paper

CELL_DOTS: Final = 12
COLUMNS_MIN: Final = 24
COLUMNS_MAX: Final = 64
CHARACTERS_WANTED: Final = "éèêçàœ€ßüñ"
_PREFERRED: Final = "CP858"
_PAGE_NUMBER_MAX: Final = 255
_DRAWER_PINS: Final = frozenset({2, 5})
_DENSITY_MAX: Final = 8


class Fence(StrEnum):
    """How a printer proves that everything sent before is on paper."""

    ID = "id"
    """`GS ( H`: it sends back a number of ours, when the printing is completed."""
    STATUS = "r"
    """`GS r`: it answers in order, and not while the paper is out."""
    NONE = "none"
    """It cannot: every job ends uncertain."""


class Cutter(StrEnum):
    """The knife."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """One printer's abilities.

    columns: characters of 12 dots on a line. dots: the printing width. code_page,
    code_page_number: a page of `charset.CODECS` and the number this printer gives it.
    has_status: whether it answers `DLE EOT`. drawer_pin: 2 or 5. pulse_ms: how long the drawer's
    magnet is on. density: 0 (light) to 8 (dark), None to leave it. logo: a picture file, or empty.
    """

    name: str
    columns: int = 48
    dots: int = 576
    code_page: str = "CP858"
    code_page_number: int = 19
    has_native_qr: bool = True
    cutter: Cutter = Cutter.FULL
    fence: Fence = Fence.NONE
    has_status: bool = True
    drawer_pin: int = 2
    pulse_ms: int = 100
    density: int | None = None
    logo: str = ""

    @property
    def paper(self) -> Paper:
        """What a layout has to know."""
        return Paper(columns=self.columns, code_page=self.code_page, has_logo=bool(self.logo))


PICTURE: Final = PrinterProfile(name="picture", fence=Fence.ID)
"""The printer that our own interpreter is: 80 mm paper, 48 columns."""


def vendor_names() -> tuple[str, ...]:
    """Return the names of all printers that python-escpos's collection describes."""
    return tuple(sorted(_collection()["profiles"]))


def vendor_profile(name: str) -> PrinterProfile:
    """Return the profile of a printer in python-escpos's collection.

    Its code page is the one of the printer's own that prints most of "éèêçàœ€ßüñ". Its fence is
    only assumed for Epson's own models: `refectory printer test` finds it out for the others.
    Raises ProfileError for an unknown name.
    """
    profiles = _collection()["profiles"]
    if name not in profiles:
        message = f"no printer {name!r} in the collection; see `refectory printer profiles`"
        raise ProfileError(message)
    found = profiles[name]
    features = found["features"]
    columns, dots = _width(found)
    code_page, number = _best_page(found["codePages"])
    return PrinterProfile(
        name=name,
        columns=columns,
        dots=dots,
        code_page=code_page,
        code_page_number=number,
        has_native_qr=bool(features.get("qrCode")),
        cutter=_cutter(features),
        fence=Fence.ID if found["vendor"] == "Epson" and name.startswith("TM-T") else Fence.NONE,
    )


def profile_from_mapping(written: Mapping[str, Any], *, base: PrinterProfile) -> PrinterProfile:
    """Return a profile with the written fields in place of the base's.

    written: from a file or an address; numbers may be text. Raises ProfileError for an unknown
    field or a value that does not fit.
    """
    kinds = {field.name: field.type for field in fields(PrinterProfile)}
    changes: dict[str, Any] = {}
    for name, value in written.items():
        if name not in kinds:
            known = ", ".join(sorted(kinds))
            message = f"a printer's profile has no {name!r}; it has {known}"
            raise ProfileError(message)
        changes[name] = _converted(name, value)
    return _checked(replace(base, **changes))


def load_profile(path: Path) -> PrinterProfile:
    """Return the profile in a file of `refectory printer test`. Raises ProfileError."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"profile {path} cannot be read ({error}); run `refectory printer test` again"
        raise ProfileError(message) from error
    if not isinstance(written, dict):
        message = f"profile {path} holds no fields; run `refectory printer test` again"
        raise ProfileError(message)
    return profile_from_mapping(written, base=PrinterProfile(name=path.stem))


def save_profile(profile: PrinterProfile, path: Path) -> None:
    """Write a profile, whole or not at all."""
    temporary = path.with_suffix(".part")
    try:
        temporary.write_text(json.dumps(asdict(profile), indent=2) + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        message = f"profile {path} cannot be written ({error.strerror}); choose another folder"
        raise ProfileError(message) from error


def substitutes_needed(profile: PrinterProfile) -> tuple[str, ...]:
    """Return which of "éèêçàœ€ßüñ" this printer prints by a stand-in."""
    return tuple(
        character for character in CHARACTERS_WANTED if not can_print(character, profile.code_page)
    )


def _collection() -> Mapping[str, Any]:
    # Read for one profile and let go: a daemon opens its printer once.
    try:
        text = (resources.files("escpos") / "capabilities.json").read_text(encoding="utf-8")
    except (ModuleNotFoundError, OSError) as error:
        message = "python-escpos is not installed; install it with the `printer` extra"
        raise ProfileError(message) from error
    collection: Mapping[str, Any] = json.loads(text)
    return collection


def _best_page(pages: Mapping[str, str]) -> tuple[str, int]:
    """Return the code page with most of the characters wanted; among equals, the better known."""
    numbers = {name: int(number) for number, name in pages.items() if name in CODECS}
    if not numbers:
        return "ASCII", 0
    if _PREFERRED in numbers:
        # Nothing is tried then: each page that is tried stays in memory.
        return _PREFERRED, numbers[_PREFERRED]
    ranked = sorted(
        numbers,
        key=lambda name: (
            -sum(can_print(character, name) for character in CHARACTERS_WANTED),
            not can_print("€", name),
            list(CODECS).index(name),
        ),
    )
    return ranked[0], numbers[ranked[0]]


def _width(found: Mapping[str, Any]) -> tuple[int, int]:
    """Return columns and dots; the collection leaves out some and mistypes one (12 for 48)."""
    columns = int(found["fonts"]["0"]["columns"])
    dots = found["media"].get("width", {}).get("pixels")
    if not isinstance(dots, int):
        return columns, columns * CELL_DOTS
    is_mistyped = columns * CELL_DOTS * 2 <= dots
    return (dots // CELL_DOTS if is_mistyped else columns), dots


def _cutter(features: Mapping[str, Any]) -> Cutter:
    if features.get("paperFullCut"):
        return Cutter.FULL
    return Cutter.PARTIAL if features.get("paperPartCut") else Cutter.NONE


def _converted(name: str, value: Any) -> Any:  # noqa: ANN401  a field's value, text or already read
    try:
        match name:
            case "fence":
                return Fence(value)
            case "cutter":
                return Cutter(value)
            case "columns" | "dots" | "code_page_number" | "drawer_pin" | "pulse_ms":
                return int(value)
            case "density":
                return None if value is None else int(value)
            case "has_native_qr" | "has_status":
                return {"true": True, "false": False}[str(value).lower()]
            case _:
                return str(value)
    except (ValueError, KeyError, TypeError) as error:
        message = f"{name}={value!r} does not fit a printer's profile; see docs/printer.md"
        raise ProfileError(message) from error


def _checked(profile: PrinterProfile) -> PrinterProfile:
    wrong = [
        f"{name}={getattr(profile, name)!r}"
        for name, is_right in (
            ("columns", COLUMNS_MIN <= profile.columns <= COLUMNS_MAX),
            ("dots", profile.columns * CELL_DOTS // 2 <= profile.dots),
            ("code_page", profile.code_page in CODECS),
            ("code_page_number", 0 <= profile.code_page_number <= _PAGE_NUMBER_MAX),
            ("drawer_pin", profile.drawer_pin in _DRAWER_PINS),
            ("pulse_ms", 0 < profile.pulse_ms <= 2 * _PAGE_NUMBER_MAX),
            ("density", profile.density is None or 0 <= profile.density <= _DENSITY_MAX),
        )
        if not is_right
    ]
    if wrong:
        message = f"printer {profile.name}: {', '.join(wrong)} cannot be; see docs/printer.md"
        raise ProfileError(message)
    return profile
