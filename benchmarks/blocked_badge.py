"""How long a till still serves a badge that was blocked at the centre, while it is online.

A real terminal and a real centre, the demo school. In each round a badge is blocked in the books by
`central.badges`, as the bursar's page does, and tapped every 50 ms until it is refused; then it is
made good again. What counts is the time from the commit to the first refusal.

Usage: python -m benchmarks.blocked_badge [--rounds 20] [--json] [--gate]
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.start import WAIT_S, daemon, enrol_at, school_of, settings, until
from central.badges import set_badge_state
from central.clock import wall_clock
from central.seed import demo_day
from central.store import Store, open_store
from cli.terminal_link import ask
from core.ids import BadgeKey, SchoolId
from core.people import BadgeState
from core.tap import Credential, badge_key

KNOWN_S_MAX = 2.0
GAP_S = 0.05


def is_refused(folder: Path, badge: Credential) -> bool:
    """Tap a badge, and say whether it is refused as blocked."""
    body = {"value": badge.hex, "technology": badge.technology.word}
    return ask(folder, "POST", "/v1/tap", body)["reason"] == "blocked_badge"


def known_after_s(
    store: Store,
    school: SchoolId,
    folder: Path,
    badge: Credential,
    key: BadgeKey,
    state: BadgeState,
) -> float:
    """Set a badge's state, and return how long it took until taps were answered by it."""
    set_badge_state(store, school, badge=key, state=state, who="bursar", at=wall_clock())
    begun = time.monotonic()
    while is_refused(folder, badge) != (state is BadgeState.BLOCKED):
        if time.monotonic() - begun > WAIT_S:
            raise RuntimeError("the terminal never heard of it")
        threading.Event().wait(GAP_S)
    return time.monotonic() - begun


def measure(rounds: int) -> dict[str, object]:
    today = demo_day(wall_clock())
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="blocked-")))
        folder, database = place / "till", place / "central.db"
        folder.mkdir(mode=0o700)
        school = school_of(database, today)
        environ = dict(os.environ)
        words = ("central", "--database", str(database), "--listen", "127.0.0.1:0")
        centre = stack.enter_context(daemon(*words, environ=environ, folder=place))
        enrol_at(centre.said["url"], database, school, folder)
        config = settings(folder, centre.said["url"], ["simulated://"])
        words = ("terminal", "--config", str(config))
        stack.enter_context(daemon(*words, environ=environ, folder=place))
        until(folder, lambda status: status["copy_at"] is not None, "fetch the school")
        store = open_store(str(database), may_create=False)
        stack.callback(store.close)
        badge = school.badges[school.special_count].credential
        key = badge_key(badge, school_key=school.school.badge_key)
        took: list[float] = []
        for _ in range(rounds):
            for state in (BadgeState.BLOCKED, BadgeState.ACTIVE):
                spent = known_after_s(store, school.school.id, folder, badge, key, state)
                if state is BadgeState.BLOCKED:
                    took.append(spent)
    return {
        "n": len(took),
        "p50_s": round(statistics.median(took), 2),
        "p95_s": round(statistics.quantiles(took, n=20)[-1], 2),
        "worst_s": round(max(took), 2),
        "load": round(os.getloadavg()[0], 1),
        "cores": os.cpu_count(),
    }


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--gate", action="store_true", help="exit with 1 when the gate fails")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    result = measure(parsed.rounds)
    print(json.dumps(result) if parsed.json else f"blocked at the till after: {result}")
    is_late = float(str(result["worst_s"])) > KNOWN_S_MAX
    if is_late:
        print(f"MISSED: the gate is {KNOWN_S_MAX:g} s", file=sys.stderr)
    return 1 if is_late and parsed.gate else 0


if __name__ == "__main__":
    sys.exit(main())
