"""One code makes one terminal, once, for a quarter of an hour."""

import pytest

from central.enrolment import create_code
from central.errors import RecordError
from central.twin import Fault, FaultKind
from sync.enrol import enrol
from sync.errors import EnrolmentError
from sync.identity import load_identity


@pytest.fixture
def code(centre, clock):
    return create_code(centre.store, "demo", terminal_name="Kitchen", now=clock())


def test_a_code_makes_an_identity(centre, code, tmp_path):
    identity = enrol(central_url=centre.url, code=code, folder=tmp_path / "t")
    assert identity.terminal_name == "Kitchen"
    assert identity.badge_key == centre.school.school.badge_key
    assert load_identity(tmp_path / "t") == identity
    assert [path.name for path in (tmp_path / "t").iterdir()] == ["identity.json"]


def test_a_code_may_be_spelled_as_a_person_reads_it(centre, code, tmp_path):
    spelled = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert enrol(central_url=centre.url, code=spelled, folder=tmp_path).terminal_name == "Kitchen"


def test_a_code_is_good_once(centre, code, tmp_path):
    enrol(central_url=centre.url, code=code, folder=tmp_path / "a")
    with pytest.raises(EnrolmentError, match="used already"):
        enrol(central_url=centre.url, code=code, folder=tmp_path / "b")
    assert load_identity(tmp_path / "b") is None


def test_a_code_grows_old(centre, code, tmp_path, clock):
    clock.advance(minutes=15)
    with pytest.raises(EnrolmentError, match="too old; ask for a new one"):
        enrol(central_url=centre.url, code=code, folder=tmp_path)


def test_a_lost_answer_does_not_lose_the_terminal(centre, code, tmp_path):
    centre.twin.fail(Fault(FaultKind.REPLY_LOST, path="/enrolments"))
    with pytest.raises(EnrolmentError, match="cannot be reached"):
        enrol(central_url=centre.url, code=code, folder=tmp_path)
    assert enrol(central_url=centre.url, code=code, folder=tmp_path).terminal_name == "Kitchen"
    assert centre.figures().terminals == 1


def test_guessing_is_slowed_down(centre, tmp_path):
    for _ in range(20):
        with pytest.raises(EnrolmentError, match="unknown"):
            enrol(central_url=centre.url, code="AAAA-AAAA", folder=tmp_path)
    with pytest.raises(EnrolmentError, match="wait a minute"):
        enrol(central_url=centre.url, code="AAAA-AAAA", folder=tmp_path)


def test_a_secret_never_travels_in_clear_to_another_machine(tmp_path):
    for address in (
        "http://centre.example",
        "http://192.0.2.1:80",
        "ftp://x",
        "centre",
        "http://[",
    ):
        with pytest.raises(EnrolmentError, match="write https://HOST"):
            enrol(central_url=address, code="AAAA-AAAA", folder=tmp_path)


def test_a_server_that_is_no_centre_is_named(centre, tmp_path):
    with pytest.raises(EnrolmentError, match=r"not-found|did not"):
        enrol(central_url=centre.url + "/other", code="AAAA-AAAA", folder=tmp_path)


def test_a_name_that_cannot_be_printed_gets_no_code(centre, clock):
    for name in ("", "\x1b", "x" * 41):
        with pytest.raises(RecordError, match="1 to 40"):
            create_code(centre.store, "demo", terminal_name=name, now=clock())
    with pytest.raises(RecordError, match="no school"):
        create_code(centre.store, "elsewhere", terminal_name="Till", now=clock())
