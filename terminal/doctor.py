"""The doctor: looks at a terminal's folder and at the running daemon, and says what is wrong.

Each finding says what, why it matters, and the cure as a command. It changes nothing, and works
while the daemon runs, when it does not, and on a folder copied from elsewhere.
"""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from offline_cache.errors import JournalMissingError, OfflineCacheError, SnapshotMissingError
from offline_cache.integrity import verify
from offline_cache.snapshot import Snapshot
from sync.errors import SyncError
from sync.identity import FILE_NAME, Identity, load_identity
from terminal.daemon import JOURNAL_NAME
from terminal.settlement import COPY_NAME

_FREE_WARN_BYTES: Final = 200 * 1024 * 1024
_FREE_STOP_BYTES: Final = 20 * 1024 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Grade(StrEnum):
    """How bad a finding is."""

    WELL = "well"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. why and cure are empty where all is well."""

    part: str
    grade: Grade
    what: str
    why: str = ""
    cure: str = ""


def examine(
    folder: Path, *, status: Mapping[str, Any] | None, now: datetime
) -> tuple[Finding, ...]:
    """Return what was found, part by part.

    status: what the running daemon says (`refectory status --json`); None when none answers.
    """
    if not folder.is_dir():
        cure = f"refectory enrol --central URL --code CODE --data {folder}"
        what = f"there is no folder {folder}"
        return (Finding("folder", Grade.FAILED, what, "a terminal keeps all it knows there", cure),)
    findings = [_folder(folder), _disk(folder)]
    identity = _identity(folder, findings)
    findings += [_journal(folder), _copy(folder, identity, now)]
    findings += [_absent()] if status is None else _running(status)
    return tuple(findings)


def _folder(folder: Path) -> Finding:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(
            "folder",
            Grade.FAILED,
            f"this user may not write {folder}",
            "nothing can be recorded there",
            f"run as its owner, or: chown -R $USER {folder}",
        )
    if folder.stat().st_mode & _OTHERS & ~stat.S_IXOTH & ~stat.S_IXGRP:
        return Finding(
            "folder",
            Grade.DEGRADED,
            f"{folder} is open to other users",
            "names and balances of pupils lie in it",
            f"chmod 700 {folder}",
        )
    return Finding("folder", Grade.WELL, f"{folder} belongs to this user alone")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    what = f"{free // (1024 * 1024)} MB free under {folder}"
    if free >= _FREE_WARN_BYTES:
        return Finding("disk", Grade.WELL, what)
    grade = Grade.FAILED if free < _FREE_STOP_BYTES else Grade.DEGRADED
    cure = f"free space: journalctl --vacuum-size=50M; du -xh {folder} | sort -h | tail"
    return Finding("disk", grade, what, "a full disk turns the till red", cure)


def _identity(folder: Path, findings: list[Finding]) -> Identity | None:
    try:
        identity = load_identity(folder)
    except SyncError as error:
        cure = f"chmod 600 {folder / FILE_NAME}, or enrol again"
        findings.append(
            Finding("identity", Grade.FAILED, str(error), "the daemon will not start", cure)
        )
        return None
    if identity is None:
        cure = f"refectory enrol --central URL --code CODE --data {folder}"
        why = "without its centre a terminal knows no pupil"
        findings.append(Finding("identity", Grade.FAILED, "not enrolled", why, cure))
        return None
    what = f"enrolled as {identity.terminal_name} at {identity.central_url}"
    findings.append(Finding("identity", Grade.WELL, what))
    return identity


def _journal(folder: Path) -> Finding:
    path = folder / JOURNAL_NAME
    try:
        report = verify(path)
    except JournalMissingError:
        if (folder / COPY_NAME).exists():
            what = f"{path} is gone, but this terminal has worked before"
            why = "an empty one in its place would serve every meal again"
            cure = "bring the file back, or enrol the terminal anew"
            return Finding("journal", Grade.FAILED, what, why, cure)
        return Finding("journal", Grade.WELL, f"none yet in {folder}: the first start makes it")
    except OfflineCacheError as error:
        cure = f"keep {path} as it is, and ask for help with: refectory journal verify {path}"
        return Finding("journal", Grade.FAILED, str(error), "it is the truth of this till", cure)
    if report.is_good:
        head = f"{report.head.epoch}-{report.head.seq}"
        return Finding("journal", Grade.WELL, f"{report.events} events, whole up to {head}")
    return Finding(
        "journal",
        Grade.FAILED,
        f"damaged {report.fault}",
        "what follows the damage cannot be proven any more",
        f"stop the terminal, copy the whole folder {folder} away, then ask the centre's technician",
    )


def _copy(folder: Path, identity: Identity | None, now: datetime) -> Finding:
    path = folder / COPY_NAME
    school = None if identity is None else identity.school_id
    cure = "refectory sync now"
    try:
        snapshot = Snapshot.open(path, school_id=school)
    except SnapshotMissingError:
        why = "without it no badge is known"
        return Finding("copy", Grade.DEGRADED, "none fetched yet", why, cure)
    except OfflineCacheError as error:
        return Finding("copy", Grade.FAILED, str(error), "without it no badge is known", cure)
    try:
        pupils, orders = snapshot.counts(snapshot.meta.made_at.date())
        age = now - snapshot.meta.made_at
        what = (
            f"{pupils} pupils, {orders} meals that day, made at {snapshot.meta.made_at:%F %R} UTC"
        )
        if age > snapshot.meta.policy.snapshot_warn:
            why = "an old copy does not know blocked badges, and in the end sales stop"
            return Finding("copy", Grade.DEGRADED, what, why, cure)
        return Finding("copy", Grade.WELL, what)
    finally:
        snapshot.close()


def _absent() -> Finding:
    return Finding(
        "daemon",
        Grade.FAILED,
        "no terminal runs on this folder",
        "nobody can be served",
        "systemctl start refectory-terminal",
    )


def _running(status: Mapping[str, Any]) -> Iterator[Finding]:
    if status["alarm"] is None:
        yield Finding("daemon", Grade.WELL, f"the till is {status['till']}")
    else:
        why = "it serves nobody until it can write again"
        yield Finding("daemon", Grade.FAILED, status["alarm"]["text"], why, "see disk, above")
    for reader in status["readers"]:
        is_up = reader["state"] in ("up", "recovered")
        what = f"{reader['name']}: {reader['state']}"
        if is_up:
            yield Finding("reader", Grade.WELL, what)
        else:
            why = "no badge can be read there"
            yield Finding("reader", Grade.FAILED, what, why, reader["detail"])
    yield _printer(status["printer"])
    for name, lane in status["network"].items():
        yield _lane(name, lane)
    fork = status.get("restored")
    if fork is not None:
        yield _restored(fork)
    waiting = status["queue"]["count"]
    yield Finding("queue", Grade.WELL, f"{waiting} events wait for the centre")


def _restored(fork: Mapping[str, Any]) -> Finding:
    return Finding(
        "epoch",
        Grade.FAILED,
        f"an older image of this card was restored: the centre goes on to {fork['centre']}, and"
        f" what both share ends at {fork['common']}",
        "taps go on and nothing is lost, but nothing of them is booked until a person agrees",
        "at the centre: refectory central approve-epoch ID; the terminal then goes on by itself",
    )


def _printer(printer: Mapping[str, Any]) -> Finding:
    what = f"{printer['state']}, {printer['waiting']} papers wait"
    if printer["state"] in ("ready", "printing", "none"):
        return Finding("printer", Grade.WELL, what)
    why = "receipts come late or never; taps go on"
    return Finding("printer", Grade.DEGRADED, what, why, printer["detail"])


def _lane(name: str, lane: Mapping[str, Any]) -> Finding:
    what = f"{name}: {lane['state']}"
    match lane["state"]:
        case "stopped":
            why = "the centre refused; nothing is lost, and a person must look"
            return Finding("network", Grade.FAILED, what, why, lane["detail"])
        case "offline":
            why = "paid meals go on, sales within their limits"
            return Finding("network", Grade.DEGRADED, what, why, lane["detail"])
        case _:
            return Finding("network", Grade.WELL, what)
