"""A school's card list: read in the form that is certain, each bad line named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readers.card_list import FORMS, read_card_list
from readers.errors import CardListError

UIDS = ["04112233445566", "04A1B2C3D4E5F6"]


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "cards.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def uids(path: Path, **how: str) -> list[str | None]:
    return [row.uid for row in read_card_list(path, **how).rows]


@pytest.mark.parametrize(
    ("form", "writes"),
    [
        ("hex", str),
        ("hex", lambda uid: ":".join(uid[at : at + 2] for at in range(0, 14, 2)).lower()),
        ("hex-reversed", lambda uid: bytes.fromhex(uid)[::-1].hex().upper()),
        ("decimal", lambda uid: str(int(uid, 16))),
    ],
)
def test_seven_byte_numbers_prove_how_they_are_written(
    form: str, writes: object, tmp_path: Path
) -> None:
    path = write(tmp_path, "nom;carte", *(f"X;{writes(uid)}" for uid in UIDS))  # type: ignore[operator]
    cards = read_card_list(path)
    assert [row.uid for row in cards.rows] == UIDS
    assert (cards.form, cards.faults) == (form, 0)
    assert cards.summary() == f"2 cards well, 0 with a fault, read as {form}"


def test_four_byte_numbers_are_not_guessed_but_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "uid", "04A1B2C3", "C3B2A104")
    with pytest.raises(CardListError, match=r"say --form hex\|hex-reversed"):
        read_card_list(path)
    assert uids(path, form="hex") == ["04A1B2C3", "C3B2A104"]
    assert uids(path, form="hex-reversed") == ["C3B2A104", "04A1B2C3"]


def test_8h10d_and_decimals_of_four_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, "kaartnummer", "0077705923", "04A1B2C3 0077705923")
    rows = read_card_list(path, form="8H10D").rows
    assert rows[0].uid == rows[1].uid == "04A1B2C3"
    assert rows[1].fault == "the same card as in line 2"
    assert uids(write(tmp_path, str(0xC3A2A104)), form="decimal-reversed") == ["04A1A2C3"]


@pytest.mark.parametrize(
    ("form", "written", "says"),
    [
        ("hex", "04112", "not whole bytes"),
        ("hex", "0411", "no card has a number of this length"),
        ("hex", "08112233", "random number"),
        ("hex", "88112233", "cut number"),
        ("hex", "Dupont", "not whole bytes"),
        ("decimal", "-5", "not a decimal"),
        ("decimal", "9" * 30, "not a decimal"),
        ("8H10D", "04A1B2C3 0077705924", "two different numbers"),
        ("8H10D", "9999999999", "not 8H10D"),
    ],
)
def test_a_line_that_is_no_card_is_named(
    form: str, written: str, says: str, tmp_path: Path
) -> None:
    path = write(tmp_path, "number", "01020304" if form == "hex" else "16909060", written)
    cards = read_card_list(path, form=form)
    assert cards.faults == 1
    assert cards.rows[1].line == 3
    assert says in (cards.rows[1].fault or "")


def test_windows_files_and_named_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "Prénom;Numéro;Clé", "Zoé;04A1B2C3;1", encoding="cp1252")
    assert uids(path, form="hex") == ["04A1B2C3"]
    assert uids(path, form="hex", column="numéro") == ["04A1B2C3"]
    with pytest.raises(CardListError, match="it has: prénom, numéro, clé"):
        read_card_list(path, column="badge")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "no card numbers"), (b"a;b\nc;d\n", "which column"), (b"\0\xff\0", "x.csv")],
)
def test_a_file_that_is_no_list_says_so(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(CardListError, match=says):
        read_card_list(path)
    with pytest.raises(CardListError, match="name a CSV file"):
        read_card_list(tmp_path)


@given(st.text(max_size=40))
def test_no_text_brings_another_error_in_any_form(written: str) -> None:
    from readers.card_list import _check

    for read in FORMS.values():
        row = _check(1, written, read, {})
        assert (row.uid is None) == (row.fault is not None)
