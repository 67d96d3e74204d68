"""What a layout has to know of the paper; what else a printer can do is in its profile."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """What a layout has to know of the paper. `columns`: 32, 42 or 48 of the normal font."""

    columns: int = 48
    code_page: str = "CP858"
    has_logo: bool = False


STANDARD = Paper()
