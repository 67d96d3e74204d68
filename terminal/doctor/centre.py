"""The way to the centre, and what the centre holds of this terminal."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final, assert_never

from offline_cache.errors import OfflineCacheError
from offline_cache.journal_reader import JournalReader
from sync.probe import CentreView, Probe, Step, probe_centre
from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.journal import identity_of
from terminal.doctor.scene import Scene
from terminal.files import JOURNAL_NAME

_SKEW_MAX: Final = timedelta(minutes=2)
_WHY_OFFLINE: Final = "paid meals go on, sales within their limits; nothing reaches the bursar"


def check_centre(scene: Scene) -> Iterator[Finding]:
    """Yield whether the centre can be reached, proved and agreed with. It asks the network."""
    identity = identity_of(scene)
    if identity is None:
        return
    probe = probe_centre(identity, scene.folder, clock=lambda: scene.now)
    yield from centre_findings(probe, scene)


def centre_findings(probe: Probe, scene: Scene) -> Iterator[Finding]:
    """Yield what a probe means."""
    if probe.failed_at is not None:
        yield _unreached(probe.failed_at, probe, scene)
        return
    yield well("centre", f"{probe.host} answers, with the centre's own signature")
    if probe.skew is not None and abs(probe.skew) > _SKEW_MAX:
        side = "ahead of" if probe.skew > timedelta(0) else "behind"
        yield degraded(
            "clock",
            f"this clock is {_length(abs(probe.skew))} {side} the centre's",
            why="meals may be looked up for the wrong day, and the bursar sees wrong times",
            cure="timedatectl set-ntp true; by hand: timedatectl set-time 'YYYY-MM-DD HH:MM'",
        )
    if probe.view is not None:
        yield from _agreement(probe.view, scene)


def _unreached(step: Step, probe: Probe, scene: Scene) -> Finding:
    match step:
        case Step.DNS:
            what = f"no address is known for {probe.host}: {probe.detail}"
            cure = f"getent hosts {probe.host}; see the name server: cat /etc/resolv.conf; ip route"
        case Step.PORT:
            what = f"{probe.host} does not answer on {probe.detail}"
            cure = "ip -br address; ip route; if those are well, the centre or a firewall is down"
        case Step.TLS:
            what = f"the certificate of {probe.host} is not believed: {probe.detail}"
            cure = (
                f"put the school's own authority into {scene.folder}/centre-ca.pem as PEM; a wrong"
                " clock does this, too: timedatectl"
            )
        case Step.SIGNATURE:
            what = f"the centre said no, or something else answered: {probe.detail}"
            cure = _REFUSAL_CURES.get(probe.problem, _ASK_THE_CENTRE)
        case _:
            assert_never(step)
    return degraded("centre", what, why=_WHY_OFFLINE, cure=cure)


def _agreement(view: CentreView, scene: Scene) -> Iterator[Finding]:
    if view.state != "active":
        cure = "at the centre, once you know why: refectory central approve-epoch ID"
        yield failed(
            "centre",
            f"the centre calls this terminal {view.state}",
            why="what it sends is kept but not booked",
            cure=cure,
        )
    epoch, seq = view.high_water
    if seq == 0:
        return
    try:
        with closing(JournalReader.open(scene.folder / JOURNAL_NAME)) as journal:
            head = (journal.head.epoch, journal.head.seq)
            found = [
                event.hash
                for event in journal.events((epoch, seq - 1), 1)
                if (event.epoch, event.seq) == (epoch, seq)
            ]
            archived = (journal.archived.epoch, journal.archived.seq)
    except OfflineCacheError:
        return
    is_unknown = not found and view.high_water > archived
    if is_unknown or (found and found[0] != view.head_hash):
        yield failed(
            "journal",
            f"the centre holds event {epoch}-{seq}, this journal ends at {head[0]}-{head[1]} and"
            " does not hold it: an old image of the card was restored, or the card was copied",
            why="two histories of one till must not be mixed",
            cure="stop the other terminal, if there is one; at the centre: refectory central"
            " approve-epoch ID; then: systemctl restart refectory-terminal",
        )


_ASK_THE_CENTRE: Final = "refectory sync status; at the centre: refectory central terminals"
_ENROL_AGAIN: Final = "get a new code; then: refectory enrol --again --central URL --code CODE"
_REFUSAL_CURES: Final = {"revoked": _ENROL_AGAIN, "unknown-terminal": _ENROL_AGAIN}


def _length(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    if minutes < 120:  # noqa: PLR2004  hours are easier to read from two on
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004  as above
