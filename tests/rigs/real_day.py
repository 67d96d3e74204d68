"""The day of a test that runs on the machine's own clock."""

import threading
from datetime import date, timedelta

from central.clock import wall_clock
from central.seed import demo_day

_ENOUGH = timedelta(minutes=3)


def real_day() -> date:
    """Return what day it is at the demo school; shortly before its midnight, await the next.

    A lunch that is ordered before midnight and collected after it is rightly refused.
    """
    pause = threading.Event()
    while demo_day(wall_clock()) != demo_day(wall_clock() + _ENOUGH):
        pause.wait(1)
    return demo_day(wall_clock())
