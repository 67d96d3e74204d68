"""What must stand nowhere in the tree: package hosts, download addresses, paths of one machine."""

import re
import subprocess
from pathlib import Path

import pytest

# Written in pieces, so that this file does not find itself.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "un" + "pkg.com"]
HOSTS += ["jsdel" + "ivr.net", "esm" + ".sh", "cdn" + "js.", "ghcr" + ".io"]
PLACES = ["/work" + "/", "/ro" + "ot/", "/home" + "/[a-z]"]
NOTES = ["TO" + "DO", "FIX" + "ME"]
BANNED = re.compile(
    "|".join([*(re.escape(h) for h in HOSTS), *PLACES, *(rf"\b{n}\b" for n in NOTES)])
)


def banned_in(text: str) -> list[str]:
    """Return `line: what` for every banned word."""
    return [
        f"{number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        for found in BANNED.finditer(line)
    ]


def tracked(checkout: Path) -> list[Path]:
    """Return the files that git would take: tracked, or new and not ignored."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return [checkout / name for name in done.stdout.split("\0") if name]


def test_nothing_of_it_stands_in_the_tree(checkout: Path) -> None:
    found = []
    for path in tracked(checkout):
        if not path.is_file() or "vendor" in path.parts:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(checkout)}:{word}" for word in banned_in(text)]
    assert found == []


@pytest.mark.parametrize("line", ["see https://" + HOSTS[0] + "/simple", "cd /ro" + "ot/x"])
def test_a_banned_word_is_found(line: str) -> None:
    assert banned_in(f"\n{line}\n")[0].startswith("2: ")
