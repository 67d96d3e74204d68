"""python-escpos is loaded late, leaves nothing behind, and its absence costs no receipt."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from printer_rig import Count

from core.receipt import Receipt
from printer.base import Trouble
from printer.composer import _logging_left_alone
from printer.errors import ComposerMissingError
from printer.picture_printer import PicturePrinter

LOAD = """
import json, logging, os, sys, tempfile
sys.path.insert(0, os.getcwd())
import printer.spool, printer.registry, printer.encode, printer.picture, printer.emulator
early = sorted(name for name in ("escpos", "PIL", "segno", "serial") if name in sys.modules)
from core.people import Language
from printer.encode import encode_document_for
from printer.profile import PICTURE
from printer.samples import sample_documents
encode_document_for(sample_documents(Language.FR)["receipt-sale"], PICTURE)
print(json.dumps({
    "early": early,
    "late": "escpos" in sys.modules,
    "left": os.listdir(tempfile.gettempdir()),
    "handlers": len(logging.root.handlers),
    "switch": "ESCPOS_CAPABILITIES_FILE" in os.environ,
}))
"""


def test_it_loads_with_the_first_document_and_leaves_no_trace(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=Path(__file__).parents[2],
        env={"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(found.stdout) == {
        "early": [],
        "late": True,
        "left": [],
        "handlers": 0,
        "switch": False,
    }


def test_what_others_set_up_while_it_loads_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """It loads in the spool's thread: meanwhile another may set up the log, or take it down."""
    root = logging.Logger("root")  # noqa: LOG001  the real one is pytest's
    monkeypatch.setattr(logging, "root", root)
    before, during = logging.NullHandler(), logging.NullHandler()
    root.addHandler(before)
    with _logging_left_alone():
        logging.basicConfig()  # as python-escpos does
        root.removeHandler(before)
        root.addHandler(during)
    assert root.handlers == [during]
    root.removeHandler(during)
    logging.basicConfig()
    assert root.handlers, "the control: left to itself it takes the log"


def test_without_it_papers_wait_and_the_screen_says_so(
    counter: Count, sale: Receipt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from printer import encode

    def refuse(_profile: object) -> object:
        raise ComposerMissingError("python-escpos cannot be loaded")

    with_it = encode.fresh_dummy
    monkeypatch.setattr(encode, "fresh_dummy", refuse)
    till = counter(PicturePrinter(tmp_path))
    till.store_document("job", sale)
    till.wait_for_state("job", "blocked")
    till.wait(lambda: till.spool.status().troubles == (Trouble.COMPOSER,))
    monkeypatch.setattr(encode, "fresh_dummy", with_it)
    till.wait_for_state("job", "done")


MISSING = """
import os, sys
sys.path.insert(0, os.getcwd())
sys.modules["escpos"] = None
from core.people import Language
from printer.base import PrintJob
from printer.registry import open_printer
from printer.samples import sample_documents
sale = sample_documents(Language.FR)["receipt-sale"]
result = open_printer("image://" + sys.argv[1]).print_document(PrintJob("job", sale))
print(result.outcome.value, result.trouble.value, result.text)
"""


def test_a_machine_without_it_says_how_to_get_it(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", MISSING, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert found.stdout.startswith("blocked composer python-escpos cannot be loaded")
    assert "install" in found.stdout
