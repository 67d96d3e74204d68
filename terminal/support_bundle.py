"""An archive for whoever helps from afar: how a terminal is, without secrets and without names.

Only what is named here goes in, and every text passes the redaction on its way.
"""

import io
import json
import os
import platform
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

from offline_cache.errors import OfflineCacheError
from offline_cache.integrity import verify
from offline_cache.journal_reader import JournalReader
from terminal.doctor.finding import Finding
from terminal.doctor.scene import Scene
from terminal.files import JOURNAL_NAME
from terminal.redaction import Redaction

_STATUS_KEYS: Final = (
    "at",
    "zone",
    "mode",
    "version",
    "started_at",
    "till",
    "alarm",
    "ready",
    "readers",
    "printer",
    "network",
    "is_online",
    "offline_since",
    "queue",
    "copy_at",
    "copy",
    "disk",
    "clock",
    "day",
    "is_training",
    "screen",
    "served",
    "reserved",
    "pupils",
    "counters",
)
"""What of the status goes in. Who is signed in, the menu and the last acts do not."""
_LOG_LINES_MAX: Final = 2000
_UNIT: Final = "refectory-terminal"


def bundle_files(
    scene: Scene,
    *,
    findings: Sequence[Finding],
    settings: Mapping[str, str],
    log: Path | None,
) -> Iterator[tuple[str, str]]:
    """Yield the archive's files: name and text, not yet redacted.

    settings: the settings files by name. log: a file to take the last lines from; None asks
    journald for the unit's.
    """
    yield "versions.json", _json(_versions(scene))
    yield "doctor.json", _json([asdict(finding) for finding in findings])
    yield "doctor.txt", "\n".join(f"{one.grade}  {one.part}  {one.what}" for one in findings)
    status = scene.status
    told = None if status is None else {key: status.get(key) for key in _STATUS_KEYS}
    yield "status.json", _json(told)
    yield "journal.json", _json(_journal(scene.folder / JOURNAL_NAME))
    yield "folder.txt", "\n".join(_listing(scene.folder))
    for name, text in settings.items():
        yield f"settings/{name}", text
    yield "log.txt", "\n".join(_log_lines(scene, log))


def write_bundle(
    target: Path, files: Iterator[tuple[str, str]], *, redaction: Redaction, at: datetime
) -> int:
    """Write the archive, readable by its owner alone. Result: its bytes. Raises OSError."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        return file.write(packed_bundle(files, redaction=redaction, at=at))


def packed_bundle(files: Iterator[tuple[str, str]], *, redaction: Redaction, at: datetime) -> bytes:
    """Return the archive, a packed tar file, with every text redacted."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files:
            content = redaction.clean(text).encode()
            entry = tarfile.TarInfo(f"refectory-support/{name}")
            entry.size, entry.mode, entry.mtime = len(content), 0o600, int(at.timestamp())
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _json(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=1, default=str) + "\n"


def _versions(scene: Scene) -> dict[str, Any]:
    system = dict(
        line.partition("=")[::2]
        for line in (scene.text("etc/os-release") or "").splitlines()
        if line.startswith(("PRETTY_NAME", "VERSION_ID"))
    )
    return {
        "at": scene.now.isoformat(),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "model": (scene.text("proc/device-tree/model") or "").strip("\0"),
        "system": {key: value.strip('"') for key, value in system.items()},
        "packages": dict(sorted((one.name, one.version) for one in distributions())),
    }


def _journal(path: Path) -> dict[str, Any]:
    try:
        report = verify(path)
        with closing(JournalReader.open(path)) as journal:
            head, marks = journal.head, journal.marks()
            kinds = Counter(event.kind.value for event in journal.events())
            archived = journal.archived
    except OfflineCacheError as error:
        return {"error": str(error)}
    return {
        "bytes": path.stat().st_size,
        "is_good": report.is_good,
        "fault": report.fault,
        "events": report.events,
        "head": f"{head.epoch}-{head.seq}",
        "head_hash": head.hash.hex(),
        "archived": f"{archived.epoch}-{archived.seq}",
        "acknowledged": f"{report.acknowledged[0]}-{report.acknowledged[1]}",
        "kinds": dict(sorted(kinds.items())),
        "marks": marks,
    }


def _listing(folder: Path) -> Iterator[str]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield f"{folder}: {error.strerror}"
        return
    for path in entries:
        try:
            found = path.lstat()
        except OSError:
            continue
        yield f"{found.st_mode:o} {found.st_uid} {found.st_size:>12} {path.name}"


def _log_lines(scene: Scene, log: Path | None) -> list[str]:
    if log is not None:
        try:
            text = log.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            return [f"{log}: {error.strerror}"]
    else:
        words = ["journalctl", "-u", _UNIT, "-n", str(_LOG_LINES_MAX), "-o", "short-iso-precise"]
        text = scene.run([*words, "--no-pager", "--no-hostname"]) or ""
    return text.splitlines()[-_LOG_LINES_MAX:]
