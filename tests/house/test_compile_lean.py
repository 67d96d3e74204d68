"""What the package's Python is compiled to: docstrings gone, asserts and line numbers kept."""

import importlib.util
import subprocess
import sys
from pathlib import Path

SOURCE = '''"""A till, and its long story."""

class Till:
    """One till."""

    def open(self):
        """Open it."""

    def pay(self, cents):
        """Pay."""
        assert cents >= 0, "no money comes out of nothing"
        return cents
'''
ASK = """
import traceback
import till
print(till.__doc__, till.Till.__doc__, till.Till.open.__doc__, till.Till().pay(5))
try:
    till.Till().pay(-1)
except AssertionError:
    traceback.print_exc()
"""


def asked(folder: Path) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip(), done.stderr


def test_functions_and_modules_lose_their_docstrings_and_nothing_else(
    checkout: Path, tmp_path: Path
) -> None:
    file = tmp_path / "till.py"
    file.write_text(SOURCE)
    said, _ = asked(tmp_path)
    assert said == "A till, and its long story. One till. Open it. 5", "the control: as it was"
    script = checkout / "packaging/deb/compile_lean.py"
    subprocess.run([sys.executable, script, tmp_path], timeout=60, check=True)
    assert Path(importlib.util.cache_from_source(str(file))).exists()
    said, complaint = asked(tmp_path)
    assert said == "None One till. None 5"
    assert "line 11, in pay" in complaint
    assert "no money comes out of nothing" in complaint
