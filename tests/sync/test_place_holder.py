"""What is left out is left out while a library loads, and is there for who wants it afterwards."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from sync.place_holder import left_out

PART = "shop_with_a_till.command_line"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A library whose package imports its command line, as many do."""
    package = tmp_path / "shop_with_a_till"
    package.mkdir()
    (package / "__init__.py").write_text("from shop_with_a_till.command_line import main\n")
    (package / "command_line.py").write_text("def main(): return 'typed'\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in (package.name, PART):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return package.name


def test_a_part_is_not_loaded_and_comes_when_it_is_wanted(shop: str) -> None:
    with left_out(PART, "main"):
        library = import_module(shop)
    assert isinstance(library.main, type), "only its name is there"
    assert PART not in sys.modules
    assert import_module(PART).main() == "typed"


def test_what_is_loaded_already_stays(shop: str) -> None:
    real = import_module(PART)
    with left_out(PART, "main"):
        assert import_module(PART) is real
    assert sys.modules[PART] is real


def test_a_library_that_fails_leaves_no_place_holder(shop: str) -> None:
    with pytest.raises(ImportError), left_out(PART):
        import_module(shop)
    assert PART not in sys.modules
