"""PC/SC against a real pcscd with virtual cards: every way a canteen's day goes wrong."""

import statistics
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from counter_inbox import Inbox, descriptors_open, eventually
from pcsc_rig import PORT, READER, SECOND_PORT, PcscRig, missing_parts, require

from core.tap import Feedback, HealthState, Tap, Technology
from readers.counters import Outcome
from readers.pcsc import PcscReader
from readers.pcsc_lights import Lights, signal_for
from readers.pcsc_service import PcscService, list_devices
from readers.pcsc_slots import Slot, SlotChange
from readers.registry import open_reader
from readers.supervisor import Supervisor

ALICE, BOB = "04A11CE0", "04B0BB00"
URI = "D1010F5504" + b"school.be/c/42".hex()
TEXT = "https://school.be/c/42"
POLL_S = 0.4


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def threads() -> "Threads":
    return Threads()


@pytest.fixture
def reader(pcsc: PcscRig, inbox: Inbox) -> Iterator[PcscReader]:
    made = open_reader("pcsc://?eid=yes", name="till")
    assert isinstance(made, PcscReader)
    made.start(inbox.post)
    inbox.health(HealthState.UP)
    yield made
    made.stop()


def pause(seconds: float) -> None:
    """Let pcscd's own poll, which no test can hurry, go by."""
    threading.Event().wait(seconds)


class Threads:
    """The readers' threads that a test started; an earlier test's may still be ending."""

    def __init__(self) -> None:
        self._others = set(threading.enumerate())

    def number(self) -> int:
        """Return how many there are now."""
        mine = set(threading.enumerate()) - self._others
        return sum(thread.name.startswith("reader-") for thread in mine)


def test_without_its_parts_the_rig_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pcsc_rig.shutil.which", lambda _name: None)
    missing = missing_parts()
    assert "systemd-socket-activate" in missing
    with pytest.raises(pytest.fail.Exception, match="apt-get install pcscd vsmartcard-vpcd"):
        require(missing, is_ci=True)
    with pytest.raises(pytest.skip.Exception, match="systemd-socket-activate"):
        require(missing, is_ci=False)


@pytest.mark.pcsc
@pytest.mark.parametrize(
    ("kind", "uid", "technology", "number", "ndef"),
    [
        ("classic", ALICE, Technology.MIFARE_CLASSIC, ALICE, None),
        ("ntag", "04112233445566", Technology.ULTRALIGHT, "04112233445566", TEXT),
        ("type4", "04112233445577", Technology.ISO14443_4, "04112233445577", TEXT),
        ("felica", "0102030405060708", Technology.FELICA, "0102030405060708", None),
        ("iso15693", "E004010203040506", Technology.ISO15693, "E004010203040506", None),
        ("eid", "592123456789", Technology.CONTACT, b"592123456789".hex().upper(), None),
    ],
)
def test_a_card_of_each_kind_is_read_through_a_real_pcscd(
    kind: str,
    uid: str,
    technology: Technology,
    number: str,
    ndef: str | None,
    pcsc: PcscRig,
    reader: PcscReader,
    inbox: Inbox,
) -> None:
    pcsc.insert(kind, uid, message=URI)
    tap = inbox.tap()
    assert (tap.credential.technology, tap.credential.hex) == (technology, number)
    assert tap.ndef == ndef
    assert tap.reader == f"till/{READER} 00 00"
    pcsc.remove()
    assert inbox.removed().reader == tap.reader


@pytest.mark.pcsc
def test_two_readers_of_one_host_are_two_slots_of_one_thread(
    threads: Threads, pcsc: PcscRig, reader: PcscReader, inbox: Inbox
) -> None:
    pcsc.insert("classic", ALICE, port=PORT)
    pcsc.insert("classic", ALICE, port=SECOND_PORT)
    assert {inbox.tap().reader, inbox.tap().reader} == {
        f"till/{READER} 00 00",
        f"till/{READER} 00 01",
    }
    assert threads.number() == 1
    assert list_devices() == [f"{READER} 00 00", f"{READER} 00 01"]


@pytest.mark.pcsc
def test_a_part_of_a_name_chooses_a_reader(pcsc: PcscRig, inbox: Inbox) -> None:
    second = open_reader("pcsc://canteen%20reader%2000%2001", name="second")
    nobody = open_reader("pcsc://ACR1252", name="nobody")
    second.start(inbox.post)
    inbox.health(HealthState.UP)
    nobody.start(inbox.post)
    assert '"ACR1252" in its name' in inbox.health(HealthState.NO_READER).detail
    pcsc.insert("classic", ALICE, port=PORT)
    pcsc.insert("classic", BOB, port=SECOND_PORT)
    assert inbox.tap().credential.hex == BOB
    second.stop()
    nobody.stop()
    assert len(inbox.taps_so_far()) == 1


@pytest.mark.pcsc
def test_two_cards_of_one_atr_with_a_busy_till_are_two_taps_of_two_pupils(pcsc: PcscRig) -> None:
    inbox = Inbox()
    is_free = threading.Event()

    def busy_till(event: object) -> None:
        inbox.post(event)  # type: ignore[arg-type]
        if isinstance(event, Tap):
            is_free.wait(10)

    reader = open_reader("pcsc://", name="till")
    reader.start(busy_till)
    inbox.health(HealthState.UP)
    pcsc.insert("classic", ALICE)
    first = inbox.tap()
    pcsc.remove()
    pause(2.5 * POLL_S)
    pcsc.insert("classic", BOB)
    pause(2.5 * POLL_S)
    is_free.set()
    second = inbox.tap()
    reader.stop()
    assert [first.credential.hex, second.credential.hex] == [ALICE, BOB]


@pytest.mark.pcsc
def test_a_swap_that_pcscd_itself_missed_is_seen_all_the_same(
    pcsc: PcscRig, reader: PcscReader, inbox: Inbox
) -> None:
    pcsc.insert("ntag", "04112233445566", message=URI)
    inbox.tap()
    pcsc.insert("ntag", "04112233445577", message=URI)
    tap = inbox.tap()
    assert tap.credential.hex == "04112233445577"
    assert tap.ndef == "https://school.be/c/42"


@pytest.mark.pcsc
@pytest.mark.parametrize(
    ("kind", "uid", "answers"),
    [
        ("classic", ALICE, 1),
        ("felica", "0102030405060708", 1),
        ("iso15693", "E004010203040506", 1),
        ("eid", "592123456789", 3),
        ("ntag", "04112233445566", 4),
        ("type4", "04112233445566", 8),
    ],
)
def test_a_card_torn_away_at_any_exchange_is_counted_and_never_a_tap(
    kind: str, uid: str, answers: int, pcsc: PcscRig, reader: PcscReader, inbox: Inbox
) -> None:
    for torn_at in range(answers):
        torn_before = reader.counters.snapshot().get(Outcome.TORN_CARD, 0)
        pcsc.insert(kind, uid, message=URI, tear_after=torn_at)
        eventually(
            lambda before=torn_before: (
                reader.counters.snapshot().get(Outcome.TORN_CARD, 0) > before
            ),
            f"the tear at exchange {torn_at} is counted",
        )
        pcsc.remove()
        inbox.removed()
    assert inbox.taps_so_far() == []
    # Torn one answer later, it has said all: so each of its exchanges was torn above.
    pcsc.insert(kind, uid, message=URI, tear_after=answers)
    inbox.tap()
    pcsc.remove()
    inbox.removed()
    pcsc.insert("classic", BOB)
    assert inbox.tap().credential.hex == BOB


@pytest.mark.pcsc
@pytest.mark.parametrize("killed_at", [1, 2, 5, 8])
def test_pcscd_killed_in_the_middle_of_a_card_loses_and_doubles_no_tap(
    killed_at: int, pcsc: PcscRig, reader: PcscReader, inbox: Inbox
) -> None:
    exchanges = 0

    def kill(_mono_ns: int, is_from_reader: bool, _payload: bytes) -> None:
        nonlocal exchanges
        exchanges += is_from_reader
        if is_from_reader and exchanges == killed_at:
            pcsc.kill()

    reader.trace(kill)
    pcsc.insert("type4", "04112233445566", message=URI)
    assert "pcscd does not answer" in inbox.health(HealthState.NO_SERVICE).detail
    told_before = len(inbox.taps_so_far())
    assert told_before == (killed_at == 8), "its last answer alone makes a tap"
    pcsc.start()
    inbox.health(HealthState.UP)
    eventually(lambda: len(inbox.taps_so_far()) == 1, "the card that still lies there is read")
    pcsc.insert("classic", BOB)
    eventually(lambda: len(inbox.taps_so_far()) >= 2, "the next one, too")
    taps = [tap.credential.hex for tap in inbox.taps_so_far()]
    assert taps == ["04112233445566", BOB]
    assert reader.counters.snapshot()[Outcome.DEVICE_LOST] == 1


@pytest.mark.pcsc
def test_a_card_swapped_on_the_open_handle_never_gives_one_number_with_the_others_text(
    pcsc: PcscRig, reader: PcscReader, inbox: Inbox
) -> None:
    other_uri = "D101055504" + b"a.be".hex()
    for swapped_at in range(1, 8):
        exchanges = 0

        def swap(_ns: int, is_from_reader: bool, _payload: bytes, at: int = swapped_at) -> None:
            nonlocal exchanges
            exchanges += is_from_reader
            if is_from_reader and exchanges == at:
                pcsc.insert("type4", "04B0BB00B0BB00", message=other_uri)

        reader.trace(swap)
        pcsc.insert("type4", "04112233445566", message=URI)
        tap = inbox.tap()
        assert (tap.credential.hex, tap.ndef) == ("04B0BB00B0BB00", "https://a.be")
        pcsc.remove()
        inbox.removed()
    assert {tap.credential.hex for tap in inbox.taps_so_far()} == {"04B0BB00B0BB00"}


@pytest.mark.pcsc
def test_pcscd_killed_and_restarted_loses_no_pupil_and_doubles_none(pcsc: PcscRig) -> None:
    inbox = Inbox()
    supervisor = Supervisor(["pcsc://"], post=inbox.post)
    supervisor.start()
    inbox.well()
    for number in range(6):
        uid = f"04C0FFE{number}"
        pcsc.insert("classic", uid)
        if number % 2:
            assert inbox.tap().credential.hex == uid
            pcsc.kill()
            inbox.health(HealthState.NO_SERVICE)
            pcsc.start()
            inbox.health(HealthState.RECOVERED)
            assert inbox.repeated().tap.credential.hex == uid, "it still lies there"
        else:
            pcsc.kill()
            inbox.health(HealthState.NO_SERVICE)
            pcsc.start()
            assert inbox.tap().credential.hex == uid
        pcsc.remove()
        inbox.removed()
    taps = [tap.credential.hex for tap in inbox.taps_so_far()]
    status = supervisor.statuses()[0]
    supervisor.stop()
    assert taps == [f"04C0FFE{number}" for number in range(6)]
    assert status.counters[Outcome.DEVICE_LOST] == 6


@pytest.mark.pcsc
def test_a_reader_that_goes_and_returns_is_said_and_taken_up(
    pcsc: PcscRig, reader: PcscReader, inbox: Inbox
) -> None:
    pcsc.kill()
    pcsc.start(has_reader=False)
    assert "no PC/SC reader is plugged" in inbox.health(HealthState.NO_READER).detail
    pcsc.kill()
    pcsc.start()
    inbox.health(HealthState.UP)
    pcsc.insert("classic", ALICE)
    assert inbox.tap().credential.hex == ALICE


@pytest.mark.pcsc
def test_a_card_that_another_program_holds_is_busy_until_it_lets_go(
    pcsc: PcscRig, reader: PcscReader, inbox: Inbox
) -> None:
    from smartcard import scard

    device = f"{READER} 00 00"
    reader.stop()
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    pcsc.insert("classic", ALICE)
    handle = None

    def holds() -> bool:
        nonlocal handle
        result, handle, _ = scard.SCardConnect(
            context, device, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_ANY
        )
        return result == scard.SCARD_S_SUCCESS

    eventually(holds, "the other program takes the card")
    reader.start(inbox.post)
    assert "another program" in inbox.health(HealthState.BUSY).detail
    assert inbox.taps_so_far() == []
    scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)
    inbox.health(HealthState.UP)
    assert inbox.tap().credential.hex == ALICE


@pytest.mark.pcsc
def test_a_card_without_an_answer_and_one_without_a_number_are_counted(
    pcsc: PcscRig, inbox: Inbox
) -> None:
    reader = open_reader("pcsc://", name="till")
    assert isinstance(reader, PcscReader)
    reader.start(inbox.post)
    inbox.health(HealthState.UP)
    pcsc.insert("eid", "592123456789")
    eventually(
        lambda: reader.counters.snapshot().get(Outcome.UNREADABLE_CARD, 0) == 1,
        "an identity card at the till is counted, not read",
    )
    pcsc.remove()
    inbox.removed()
    pcsc.insert("classic", "08112233")
    assert inbox.tap().credential.hex == "08112233"
    assert reader.counters.snapshot()[Outcome.RANDOM_UID] == 1
    reader.stop()


@pytest.mark.pcsc
def test_idling_costs_nothing(pcsc: PcscRig, reader: PcscReader) -> None:
    before = time.process_time()
    pause(2)
    assert time.process_time() - before < 0.05


@pytest.mark.pcsc
def test_stop_ends_a_blocked_wait_at_once_and_closes_all(
    threads: Threads, pcsc: PcscRig, inbox: Inbox
) -> None:
    descriptors = descriptors_open()
    lengths_s = []
    for _ in range(20):
        reader = open_reader("pcsc://", name="till")
        reader.start(inbox.post)
        inbox.health(HealthState.UP)
        began = time.monotonic()
        reader.stop()
        lengths_s.append(time.monotonic() - began)
    # The wait itself would last a second; one stop on a busy machine may take its time.
    assert statistics.median(lengths_s) < 0.5
    assert descriptors_open() <= descriptors
    assert threads.number() == 0


# --- what the event counter says, without any card ------------------------------------------------

EMPTY, PRESENT, MUTE, CHANGED = 0x10, 0x20, 0x220, 0x02


@pytest.mark.parametrize(
    ("events", "change"),
    [
        ([(0, EMPTY)], SlotChange()),
        ([(1, PRESENT)], SlotChange(has_come=True)),
        ([(0, EMPTY), (1, PRESENT)], SlotChange(has_come=True)),
        ([(1, PRESENT), (1, PRESENT)], SlotChange()),
        ([(1, PRESENT), (2, EMPTY)], SlotChange(has_left=True)),
        ([(1, PRESENT), (3, PRESENT)], SlotChange(has_left=True, has_come=True)),
        ([(1, PRESENT), (5, PRESENT)], SlotChange(has_left=True, has_come=True, missed=1)),
        ([(1, PRESENT), (4, EMPTY)], SlotChange(has_left=True, missed=1)),
        ([(2, EMPTY), (4, EMPTY)], SlotChange(missed=1)),
        ([(2, EMPTY), (5, PRESENT)], SlotChange(has_come=True, missed=1)),
        ([(0xFFFF, PRESENT), (1, PRESENT)], SlotChange(has_left=True, has_come=True)),
        ([(1, MUTE)], SlotChange(is_mute=True)),
    ],
)
def test_the_counter_tells_what_came_and_went(
    events: list[tuple[int, int]], change: SlotChange
) -> None:
    slot = Slot("reader")
    seen = [slot.see(counter << 16 | state | CHANGED) for counter, state in events]
    assert seen[-1] == change
    assert slot.state & CHANGED == 0


def test_a_place_found_empty_after_an_outage_may_be_a_removal() -> None:
    slot = Slot("reader")
    slot.see(7 << 16 | PRESENT)
    slot.forget()
    assert slot.see(EMPTY) == SlotChange(may_have_left=True)


def test_lights_are_known_by_the_readers_name() -> None:
    acr122 = signal_for("ACS ACR122U PICC Interface 00 00", Feedback.ACCEPTED)
    assert acr122 is not None
    assert acr122.now[0].hex().upper() == "FF0040A00402000101"
    for feedback in Feedback:
        acr1252 = signal_for("ACS ACR1252 Dual Reader PICC 00 00", feedback)
        assert acr1252 is not None
        assert acr1252.later
    assert signal_for("Canteen Reader 00 00", Feedback.ACCEPTED) is None


def test_lights_are_sent_as_escapes_and_put_out_again() -> None:
    lights, device = Lights(), "ACS ACR1252 Dual Reader PICC 00 00"
    sent: list[str] = []

    def escape(_device: str, commands: Sequence[bytes]) -> None:
        sent.extend(command.hex().upper() for command in commands)

    assert lights.ask(device, Feedback.REFUSED)
    assert not lights.ask("Canteen Reader 00 00", Feedback.REFUSED)
    lights.show(escape, [device], now_ns=0)
    assert sent == ["E00000290101", "E00000280132"]
    (due_ns,) = lights.dues_ns()
    lights.show(escape, [device], now_ns=due_ns - 1)
    assert len(sent) == 2
    lights.show(escape, [device], now_ns=due_ns)
    assert sent[2:] == ["E00000290100"]
    lights.ask(device, Feedback.ACCEPTED)
    lights.show(escape, [], now_ns=due_ns)
    assert len(sent) == 3, "a reader that is gone is asked nothing"


@pytest.mark.pcsc
def test_a_reader_that_takes_no_escape_is_left_alone(
    pcsc: PcscRig,
) -> None:
    service = PcscService()
    service.escape(f"{READER} 00 00", [b"\xe0\x00\x00\x29\x01\x02"])
    service.escape("no such reader", [b"\x00"])
    service.close()
