"""Long files of tests begin first; the list of them names files that there are."""

from dataclasses import dataclass
from pathlib import Path

from longest_first import KEPT_S, TABLE, in_order, measured, read_table

REPORT = """<testsuites><testsuite>
<testcase classname="tests.web.test_long" name="a" time="7.6"/>
<testcase classname="tests.web.test_long" name="b" time="40.0"/>
<testcase classname="tests.core.test_short" name="c" time="7.9"/>
<testcase classname="tests.core.test_enough" name="d" time="8.2"/>
</testsuite></testsuites>"""


@dataclass
class Item:
    nodeid: str


def test_long_files_begin_and_a_file_stays_together() -> None:
    ids = ["short.py::b", "short.py::a", "long.py::z", "longer.py::y", "long.py::x"]
    found = in_order([Item(one) for one in ids], {"long.py": 9, "longer.py": 60})  # type: ignore[misc]
    assert [one.nodeid for one in found] == [
        "longer.py::y",
        "long.py::z",
        "long.py::x",
        "short.py::b",
        "short.py::a",
    ]


def test_a_report_is_added_up_by_file() -> None:
    assert measured(REPORT) == {"tests/web/test_long.py": 48, "tests/core/test_enough.py": 8}
    assert KEPT_S == 8


def test_the_list_names_files_that_there_are(checkout: Path) -> None:
    table = read_table(TABLE.read_text(encoding="utf-8"))
    assert [name for name in table if not (checkout / name).is_file()] == []
    assert list(table.values()) == sorted(table.values(), reverse=True)
    assert table
