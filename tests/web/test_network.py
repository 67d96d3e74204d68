"""Screens on the network: TLS, one named address, devices that were enrolled; or not at all."""

import http.client
import ipaddress
import ssl
from datetime import UTC, datetime
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from web_rig import Serve

from terminal.web.errors import WebAddressError
from terminal.web.sockets import parse_listen
from terminal.web.tls import find_tls


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "till")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "screens.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path = tmp_path / "screens.key"
    key_path.touch(mode=0o600)
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return tmp_path


def test_an_enrolled_device_is_served_over_tls(serve: Serve, folder: Path) -> None:
    server = serve(tls=find_tls(folder), socket_path=None, keeps_token=False)
    assert server.address.startswith("https://")
    context = ssl.create_default_context(cafile=str(folder / "screens.crt"))
    netloc = urlsplit(server.address).netloc

    def ask(method: str, path: str, **headers: str) -> tuple[int, str]:
        line = HTTPSConnection(netloc, context=context, timeout=30)
        line.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status, answer.headers.get("set-cookie", "")

    assert ask("GET", "/v1/status")[0] == 401
    launch = server.launch_url().removeprefix(server.address)
    status, cookie = ask("GET", launch)
    assert status == 200
    for part in ("Secure", "HttpOnly", "Max-Age=34560000"):
        assert part in cookie
    assert ask("GET", launch)[0] == 401
    kept = cookie.partition(";")[0]
    assert ask("GET", "/v1/status", Cookie=kept)[0] == 200
    for origin, wanted in ((f"http://{netloc}", "own pages"), (f"https://{netloc}", "out of date")):
        line = HTTPSConnection(netloc, context=context, timeout=30)
        line.request("POST", "/v1/sync", headers={"Cookie": kept, "Origin": origin})
        assert wanted in line.getresponse().read().decode()
        line.close()


def test_plain_http_is_not_answered_there(serve: Serve, folder: Path) -> None:
    server = serve(tls=find_tls(folder), socket_path=None)
    line = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    line.request("GET", "/")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        line.getresponse()
    line.close()


def test_without_a_certificate_there_is_no_network(tmp_path: Path) -> None:
    assert find_tls(tmp_path) is None
    with pytest.raises(WebAddressError, match=r"screens\.crt and screens\.key"):
        parse_listen("192.0.2.7:8750", is_network_allowed=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])
def test_no_certificate_is_for_every_network(host: str) -> None:
    with pytest.raises(WebAddressError, match="every network"):
        parse_listen(f"{host}:8750", is_network_allowed=True)
    assert parse_listen("192.0.2.7:8750", is_network_allowed=True).host == "192.0.2.7"


def test_half_a_pair_an_open_key_and_another_key_are_refused(folder: Path) -> None:
    key = folder / "screens.key"
    key.chmod(0o640)
    with pytest.raises(WebAddressError, match="chmod 600"):
        find_tls(folder)
    key.chmod(0o600)
    key.write_bytes(b"no key")
    with pytest.raises(WebAddressError, match="no certificate and its key"):
        find_tls(folder)
    key.unlink()
    with pytest.raises(WebAddressError, match=r"screens\.key is missing"):
        find_tls(folder)
