"""Which files of tests begin: the longest, so that no process is left alone with one at the end.

The files' order is otherwise by chance, and a file stays with one process. How long each takes is
kept in `long_files.txt` beside this file, for files above `KEPT_S`; only the order matters, and an
unlisted file counts as short. Measured anew in a whole run by

    PYTEST_ADDOPTS=--junitxml=REPORT.xml ./test
    python tests/rigs/longest_first.py REPORT.xml
"""

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

TABLE = Path(__file__).with_name("long_files.txt")
KEPT_S = 8


def read_table(text: str) -> dict[str, int]:
    """Return seconds by file, as its path from the checkout. text: lines of `seconds path`."""
    rows = (line.split(maxsplit=1) for line in text.splitlines())
    return {path: int(seconds) for seconds, path in rows}


def in_order(items: list[pytest.Item], seconds: Mapping[str, int]) -> list[pytest.Item]:
    """Return the tests with those of long files first; within a file, as they were."""
    return sorted(items, key=lambda item: -seconds.get(item.nodeid.partition("::")[0], 0))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, after they were shuffled."""
    items[:] = in_order(items, read_table(TABLE.read_text(encoding="utf-8")))


def measured(report: str) -> dict[str, int]:
    """Return seconds by file of a report in JUnit's form, longest first, short ones left out."""
    sums: Counter[str] = Counter()
    for case in ET.fromstring(report).iter("testcase"):
        sums[f"{case.attrib['classname'].replace('.', '/')}.py"] += float(case.attrib["time"])
    return {path: round(took) for path, took in sums.most_common() if took >= KEPT_S}


if __name__ == "__main__":
    found = measured(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = [f"{took:4d} {path}\n" for path, took in found.items()]
    TABLE.write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} files of {KEPT_S} s and more, {sum(found.values())} s in all")
