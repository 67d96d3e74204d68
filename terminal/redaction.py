"""Leaving out of a text what must not leave the terminal: names, badge numbers, secrets."""

import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from core.text import printable
from offline_cache.errors import OfflineCacheError
from offline_cache.snapshot import Snapshot
from sync.errors import SyncError
from sync.identity import Identity, load_identity
from terminal.files import COPY_NAME, PRIVATE_NAMES

NAME_MARK: Final = "[name]"
SECRET_MARK: Final = "[secret]"  # noqa: S105  what stands in place of one
BADGE_MARK: Final = "[badge]"
_NAME_LETTERS_MIN: Final = 2
_SECRET_BYTES_MIN: Final = 8
_WORD: Final = re.compile(r"\w+")
_LONG_HEX: Final = re.compile(r"\b[0-9a-f]{16,64}\b")
# A card's number as any library may write it: 4 to 10 bytes in hexadecimal, in one piece or in
# pairs, or a decimal number that is no figure of JSON. What has a dash beside it is an event's id.
_BADGE: Final = re.compile(
    r"""(?<![\w-])(?:
        (?=[0-9]*[A-F])(?:[0-9A-F]{2}){4,10} | (?=[0-9]*[a-f])(?:[0-9a-f]{2}){4,10}
        | (?i:[0-9A-F]{2}(?:[ :][0-9A-F]{2}){3,9})
        | (?<!":[ ])(?<!=)[0-9]{8,20}
    )(?![\w-])""",
    re.VERBOSE,
)
_TOKEN: Final = re.compile(r"\b((?:token|code)=)[^\s&\"']+")


class Redaction:
    """What one terminal must not tell.

    names: of people, each a word or several. badge_keys: the keyed hashes of their badges.
    """

    def __init__(
        self, *, names: Iterable[str], badge_keys: Iterable[str], secrets: Iterable[str]
    ) -> None:
        words = {word for name in names for word in _WORD.findall(name)}
        self._names = {
            word for word in words if len(word) >= _NAME_LETTERS_MIN and not word.isdecimal()
        }
        self._keys = frozenset(badge_keys)
        kept = {one for one in secrets if len(one) >= _SECRET_BYTES_MIN}
        self._secrets = sorted(kept, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return a text without them; each is replaced by what it was."""
        text = printable_lines(text)
        for secret in self._secrets:
            text = text.replace(secret, SECRET_MARK)
        text = _TOKEN.sub(rf"\1{SECRET_MARK}", text)
        text = _LONG_HEX.sub(lambda found: _unless(found, self._keys, BADGE_MARK), text)
        text = _BADGE.sub(BADGE_MARK, text)
        return _WORD.sub(lambda found: _unless(found, self._names, NAME_MARK), text)


def _unless(found: re.Match[str], known: Collection[str], mark: str) -> str:
    return mark if found.group() in known else found.group()


def printable_lines(text: str) -> str:
    """Return a text whose lines hold no control bytes."""
    return "\n".join(printable(line) for line in text.split("\n"))


def redaction_of(folder: Path) -> Redaction:
    """Return what a terminal's folder must not tell: the people in its copy, its secrets."""
    names: list[str] = []
    keys: list[str] = []
    try:
        with closing(Snapshot.open(folder / COPY_NAME, school_id=None)) as snapshot:
            names, keys = list(snapshot.names()), list(snapshot.badge_keys())
    except OfflineCacheError:
        # Without a copy there is nobody to name; what the log says of badges goes by its form.
        pass
    return Redaction(names=names, badge_keys=keys, secrets=_secrets(folder))


def _secrets(folder: Path) -> Iterator[str]:
    try:
        identity = load_identity(folder)
    except SyncError:
        identity = None
    if identity is not None:
        yield from _spellings(identity)
    for name in PRIVATE_NAMES:
        path = folder / name
        if path.suffix != ".key" or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        yield content.hex()
        yield content.decode("utf-8", "ignore").strip()


def _spellings(identity: Identity) -> Iterator[str]:
    for secret in (identity.private_key, identity.badge_key):
        yield from (secret.hex(), secret.hex().upper(), b64encode(secret).decode())
        yield secret.decode("utf-8", "ignore")
