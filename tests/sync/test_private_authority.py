"""A school with its own certificate authority: TLS before the centre, one file in the folder."""

import contextlib
import shutil
import socket
import ssl
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from central.clock import wall_clock
from central.enrolment import create_code
from central.twin import TwinCentre
from sync.enrol import enrol
from sync.errors import EnrolmentError
from sync.identity import CA_FILE_NAME
from sync.ports import Acknowledged, LaneHealth, LaneState, SnapshotReady
from sync.probe import Step, probe_centre


def certificate(folder, name, *, issuer=None):
    """Make a key and a certificate: an authority's own, or one for localhost by an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    is_authority = issuer is None
    issuer_name, issuer_key = (subject, key) if issuer is None else issuer
    now = wall_clock()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    made = builder.sign(issuer_key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return subject, key


class TlsDoor:
    """Ends TLS and passes everything on, as a school's proxy does."""

    def __init__(self, folder):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "centre.pem", folder / "centre.key")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self._threads = []

    def open(self, port):
        self._port = port
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self):
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(raw,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw):
        try:
            client = self._context.wrap_socket(raw, server_side=True)
        except OSError:
            raw.close()
            return
        server = socket.create_connection(("127.0.0.1", self._port))
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join(5)
        client.close()
        server.close()


def _pump(source, sink):
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    authority = certificate(folder, "authority")
    certificate(folder, "centre", issuer=authority)
    certificate(folder, "stranger")
    return folder


@pytest.fixture
def tls(tmp_path, seeded, papers):
    shutil.copy(seeded, tmp_path / "central.db")
    door = TlsDoor(papers)
    with TwinCentre(tmp_path / "central.db", public_url=door.url) as twin:
        door.open(int(twin.url.rpartition(":")[2]))
        twin.public_url = door.url
        yield twin
        door.close()


def code_for(twin):
    return create_code(twin.store, "demo", terminal_name="till", now=wall_clock())


def test_a_terminal_with_the_schools_own_authority_works_whole(tls, papers, tmp_path, till_of):
    folder = tmp_path / "till"
    folder.mkdir()
    shutil.copy(papers / "authority.pem", folder / CA_FILE_NAME)
    identity = enrol(central_url=tls.public_url, code=code_for(tls), folder=folder)
    till = till_of(identity, folder)
    till.tap(2)
    till.start()
    till.wait_for(SnapshotReady)
    till.wait_until_booked()
    assert any(isinstance(message, Acknowledged) for message in till.seen)
    till.stop()


@pytest.mark.parametrize("authority", [None, "stranger"])
def test_a_centre_that_no_known_authority_vouches_for_gets_no_code(
    tls, papers, tmp_path, authority
):
    folder = tmp_path / "till"
    folder.mkdir()
    if authority is not None:
        shutil.copy(papers / f"{authority}.pem", folder / CA_FILE_NAME)
    with pytest.raises(EnrolmentError, match="CERTIFICATE_VERIFY_FAILED"):
        enrol(central_url=tls.public_url, code=code_for(tls), folder=folder)


def test_a_file_that_is_no_certificate_is_named_with_the_cure(tls, papers, tmp_path, till_of):
    folder = tmp_path / "till"
    folder.mkdir()
    shutil.copy(papers / "authority.pem", folder / CA_FILE_NAME)
    identity = enrol(central_url=tls.public_url, code=code_for(tls), folder=folder)
    (folder / CA_FILE_NAME).write_text("not a certificate")
    till = till_of(identity, folder)
    till.start()
    told = [
        till.wait_for(LaneHealth, lambda health: health.state is LaneState.STOPPED)
        for _ in range(2)
    ]
    assert {health.lane.value for health in told} == {"up", "down"}
    assert all(f"{CA_FILE_NAME}: " in health.detail for health in told)
    assert all("as PEM" in health.detail for health in told)
    till.stop()


# --- what the doctor finds on the way -------------------------------------------------------------


def test_the_way_to_the_centre_step_by_step(tls, papers, tmp_path):
    shutil.copy(papers / "authority.pem", tmp_path / CA_FILE_NAME)
    identity = enrol(central_url=tls.public_url, code=code_for(tls), folder=tmp_path)

    def probe(clock=wall_clock, **changes):
        return probe_centre(replace(identity, **changes), tmp_path, clock=clock)

    well = probe()
    assert well.failed_at is None, well
    assert well.view is not None
    assert (well.view.state, well.view.high_water) == ("active", (0, 0))
    assert abs(well.skew) < timedelta(seconds=30)
    late = probe(clock=lambda: wall_clock() - timedelta(hours=3))
    assert late.failed_at is None
    assert late.skew < timedelta(hours=-2)

    assert probe(central_url="https://no-such-host.invalid").failed_at is Step.DNS
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        assert probe(central_url=f"https://localhost:{port}").failed_at is Step.PORT
    assert probe(centre_key=bytes(32)).failed_at is Step.SIGNATURE
    shutil.copy(papers / "stranger.pem", tmp_path / CA_FILE_NAME)
    assert probe().failed_at is Step.TLS
    (tmp_path / CA_FILE_NAME).write_text("no certificate")
    assert probe().failed_at is Step.TLS
