"""Words of the wire: codes as people type them, and what proves a new key."""

import pytest

from core.wire import enrolment_proof, plain_code


@pytest.mark.parametrize("written", ["K0L1-22AB", "k0li 22ab", " KOLI-22AB "])
def test_a_code_is_read_however_it_was_typed(written: str) -> None:
    assert plain_code(written) == "K01122AB"


def test_the_proof_holds_the_code_and_the_key_apart() -> None:
    assert enrolment_proof(code="AB", public_key=b"C") == b"refectory enrolment\0AB\0C"
    assert enrolment_proof(code="A", public_key=b"BC") != enrolment_proof(
        code="AB", public_key=b"C"
    )
