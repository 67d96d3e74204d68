"""What a screen is told when it is loaded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screen:
    """How a school's screens look: first language, diagonal in millimetres, IANA time zone."""

    language: str
    screen_mm: int
    time_zone: str
