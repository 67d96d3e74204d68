"""Only the terminal itself is believed, and only the request as it signed it."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from core.batch import pack_batch
from core.wire import READ_COMPONENTS, SIGNATURE_TAG, WRITE_COMPONENTS


def signed(till, *, method="POST", path=None, body=None, components=None, **changes):
    """A request as the terminal signs it; `changes` make it wrong in one way."""
    if body is None and method == "POST":
        batch = pack_batch(till.identity.terminal_id, till.journal.events)
        body = batch.body
    path = path or f"/v1/terminals/{till.identity.terminal_id}/batches"
    headers = {"Content-Encoding": "gzip", "Idempotency-Key": '"k"'} if method == "POST" else {}
    request = httpx.Request(method, till.identity.central_url + path, headers=headers, content=body)
    private_key = changes.get("private_key", till.identity.private_key)
    key_id = changes.get("key_id", till.identity.key_id)
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(
            public_keys={},
            private_keys={key_id: Ed25519PrivateKey.from_private_bytes(private_key)},
        ),
    )
    signer.sign(
        request,
        key_id=key_id,
        created=changes.get("created", till.clock()),
        tag=changes.get("tag", SIGNATURE_TAG),
        covered_component_ids=components
        or (WRITE_COMPONENTS if method == "POST" else READ_COMPONENTS),
        body=changes.get("digested", body),
    )
    return request


def send(request, *, method=None, url=None, content=None, headers=None):
    """Send a request as it was signed, or changed on its way."""
    changed = dict(request.headers)
    changed.update(headers or {})
    with httpx.Client(trust_env=False) as client:
        fresh = client.build_request(
            method or request.method,
            url or request.url,
            headers={name: value for name, value in changed.items() if name != "content-length"},
            content=request.content if content is None else content,
        )
        return client.send(fresh)


@pytest.fixture
def till(centre):
    till = centre.till()
    till.refuse()
    return till


def expect(response, status, kind):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith("/" + kind)
    assert response.json()["status"] == status


def test_the_control_an_honest_request_passes(till):
    assert send(signed(till)).status_code == 200


def test_a_changed_body_is_refused(till):
    request = signed(till)
    expect(send(request, content=request.content[:-1] + b"\x01"), 401, "signature")


def test_a_changed_method_is_refused(till, centre):
    path = f"/v1/terminals/{till.identity.terminal_id}/snapshot"
    request = signed(till, method="HEAD", path=path)
    expect(send(request, method="GET"), 401, "signature")


def test_a_changed_path_is_refused(till, centre):
    other = centre.till("Till 2")
    request = signed(till)
    url = f"{centre.url}/v1/terminals/{other.identity.terminal_id}/batches"
    expect(send(request, url=url), 401, "signature")
    assert centre.figures().events == 0


def test_a_terminal_cannot_speak_for_another(till, centre):
    other = centre.till("Till 2")
    path = f"/v1/terminals/{other.identity.terminal_id}/batches"
    expect(send(signed(till, path=path)), 401, "signature")


def test_a_changed_query_is_refused(till):
    request = signed(till)
    expect(send(request, url=str(request.url) + "?x=1"), 401, "signature")


def test_a_changed_idempotency_key_is_refused(till):
    expect(send(signed(till), headers={"idempotency-key": '"other"'}), 401, "signature")


def test_a_changed_date_of_signing_is_refused(till):
    request = signed(till)
    field = request.headers["signature-input"]
    created = int(till.clock().timestamp())
    changed = field.replace(f"created={created}", f"created={created + 1}")
    assert changed != field
    expect(send(request, headers={"signature-input": changed}), 401, "signature")


def test_a_key_id_that_is_not_ours_is_refused(till, centre):
    expect(send(signed(till, key_id="k-unknown")), 401, "signature")
    other = centre.till("Till 2")
    expect(send(signed(till, key_id=other.identity.key_id)), 401, "signature")


def test_another_key_under_our_id_is_refused(till):
    private_key = Ed25519PrivateKey.generate().private_bytes_raw()
    expect(send(signed(till, private_key=private_key)), 401, "signature")


@pytest.mark.parametrize("left_out", WRITE_COMPONENTS)
def test_a_signature_that_leaves_something_out_is_refused(till, left_out):
    components = tuple(name for name in WRITE_COMPONENTS if name != left_out)
    digested = None if left_out == "content-digest" else b"unused"
    if digested is None:
        request = signed(till, components=components, digested=None)
    else:
        request = signed(till, components=components)
    expect(send(request), 401, "signature")


def test_no_signature_is_refused(till, centre):
    url = f"{centre.url}/v1/terminals/{till.identity.terminal_id}/batches"
    expect(httpx.post(url, content=b"", trust_env=False), 401, "signature")
    expect(httpx.get(url.replace("batches", "snapshot"), trust_env=False), 401, "signature")


def test_another_tag_is_refused(till):
    expect(send(signed(till, tag="other-application")), 401, "signature")


@pytest.mark.parametrize(
    "off", [timedelta(days=-20_000), timedelta(minutes=-11), timedelta(hours=1)]
)
def test_a_signature_of_another_time_is_told_the_time(till, off):
    response = send(signed(till, created=till.clock() + off))
    expect(response, 401, "clock")
    assert response.json()["server_time"] == "2026-11-24T11:00:00.000Z"


def test_a_replay_within_the_window_books_nothing_twice(till, centre):
    request = signed(till)
    assert [send(request).status_code for _ in range(3)] == [200] * 3
    assert centre.figures().events == 1


def test_a_terminal_that_woke_up_in_1970_is_heard(till, centre):
    from sync.channel import Channel

    till.channel.close()
    till.channel = Channel(
        till.identity, ca_file=None, clock=lambda: datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    )
    assert till.verdicts(till.send()) == ["accepted"]


def test_garbage_on_the_wire_is_a_plain_problem(till, centre):
    url = f"{centre.url}/v1/terminals/{till.identity.terminal_id}/batches"
    for headers in (
        {"signature-input": "nonsense", "signature": "nonsense"},
        {"signature-input": 'a=("@method")', "signature": "a=:AAAA:"},
        {
            "signature-input": 'a=();created=99999999999999;keyid="x";tag="refectory"',
            "signature": "a=:AAAA:",
        },
    ):
        expect(httpx.post(url, content=b"x", headers=headers, trust_env=False), 401, "signature")


def test_unknown_paths_and_methods_are_problems(centre):
    expect(httpx.get(centre.url + "/v1/nowhere", trust_env=False), 404, "not-found")
    expect(httpx.get(centre.url + "/v1/enrolments", trust_env=False), 405, "method")


def test_health_needs_no_signature(centre):
    response = httpx.get(centre.url + "/v1/health", trust_env=False)
    assert response.json() == {"status": "ok", "server_time": "2026-11-24T11:00:00.000Z"}
    assert response.headers["date"] == "Tue, 24 Nov 2026 11:00:00 GMT"
