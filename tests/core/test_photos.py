"""A photo is named by what it holds, and by nothing that a path or a person could be."""

import pytest

from core.photos import is_photo_digest, photo_digest

# FIPS 180-4, appendix: the digest of "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_its_name_is_the_sha256_of_its_bytes() -> None:
    assert photo_digest(b"abc") == ABC
    assert is_photo_digest(photo_digest(b""))


@pytest.mark.parametrize("text", ["", "alice", "../" + ABC, ABC.upper(), ABC[1:], ABC + "\n"])
def test_no_path_and_no_person_is_a_name(text: str) -> None:
    assert not is_photo_digest(text)
