"""A document survives its life in the spool, and yesterday's bytes stay readable."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.people import Language
from core.receipt import Receipt
from printer.errors import DocumentError
from printer.job import (
    decode_document,
    document_name,
    duplicate_no_of,
    encode_document,
    encode_reprint,
)
from printer.samples import sample_documents

WRONG = {
    "newer version": lambda stored: stored.update(version=2),
    "unknown kind": lambda stored: stored.update(document="ransom"),
    "no content": lambda stored: stored.pop("content"),
    "no number": lambda stored: stored["content"].pop("number"),
    "number as text": lambda stored: stored["content"].update(number="42"),
    "money as fraction": lambda stored: stored["content"].update(wallet_after=12.5),
    "money as truth": lambda stored: stored["content"].update(wallet_after=True),
    "moment without zone": lambda stored: stored["content"].update(at="2026-11-24T11:00:00"),
    "unknown enum": lambda stored: stored["content"].update(kind="gift"),
    "lines as number": lambda stored: stored["content"].update(lines=7),
    "no school": lambda stored: stored["content"].update(school=None),
}
KEPT = Path(__file__).parent / "stored"
ALL = [(language, name) for language in Language for name in sample_documents(language)]


@pytest.mark.parametrize(("language", "name"), ALL)
def test_every_document_comes_back_the_same(language: Language, name: str) -> None:
    document = sample_documents(language)[name]
    assert decode_document(encode_document(document)) == document


def test_the_bytes_are_canonical(sale: Receipt) -> None:
    stored = encode_document(sale)
    assert stored == encode_document(decode_document(stored))
    assert b" " not in stored.replace(b"Boulets", b"")[:20]
    assert json.loads(stored)["content"]["wallet_after"] == 1230


@pytest.mark.parametrize(("language", "name"), ALL)
def test_the_bytes_are_those_that_json_would_write(language: Language, name: str) -> None:
    stored = encode_document(sample_documents(language)[name])
    plain = json.loads(stored)
    assert (
        stored
        == json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    )


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.json")), ids=lambda path: path.stem)
def test_documents_stored_by_earlier_versions_are_still_read(path: Path) -> None:
    document = decode_document(path.read_bytes())
    assert document_name(document) in path.stem


def test_there_is_a_kept_sample_of_every_kind() -> None:
    kinds = {document_name(document) for document in sample_documents(Language.FR).values()}
    assert {path.stem.removesuffix("-v1") for path in KEPT.glob("*-v1.json")} == kinds


def test_a_reprint_is_the_same_document_and_says_which_copy_it_is(sale: Receipt) -> None:
    stored = encode_document(sale)
    again = encode_reprint(encode_reprint(stored, 1), 2)
    assert decode_document(again) == sale
    assert (duplicate_no_of(stored), duplicate_no_of(again)) == (0, 2)
    assert [duplicate_no_of(bad) for bad in (b"", b"[]", b'{"duplicate_no":true}')] == [0, 0, 0]
    with pytest.raises(DocumentError):
        encode_reprint(b"{}", 1)


def test_a_field_that_a_newer_version_added_is_ignored(sale: Receipt) -> None:
    stored = json.loads(encode_document(sale))
    stored["content"]["colour"] = "red"
    assert decode_document(json.dumps(stored).encode()) == sale


def test_a_field_with_a_default_may_be_missing(sale: Receipt) -> None:
    stored = json.loads(encode_document(sale))
    del stored["content"]["is_training"]
    assert decode_document(json.dumps(stored).encode()) == sale


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_bytes_that_are_no_document_are_said_to_be_none(
    sale: Receipt, change: Callable[[dict], object]
) -> None:
    stored = json.loads(encode_document(sale))
    change(stored)
    with pytest.raises(DocumentError, match=r"set it aside|update this till"):
        decode_document(json.dumps(stored).encode())


@pytest.mark.parametrize("stored", [b"", b"null", b"[]", b"\xff", b"{", b'"receipt"'], ids=str)
def test_so_are_bytes_that_are_no_json(stored: bytes) -> None:
    with pytest.raises(DocumentError):
        decode_document(stored)
