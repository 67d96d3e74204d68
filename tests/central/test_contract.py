"""The contract that is written down is the one that is served, and the one that is kept."""

import gzip
import json
from pathlib import Path

import httpx
import pytest
import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema_rs import validator_for
from schemathesis.checks import (
    not_a_server_error,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from central.app import make_app
from central.openapi import contract
from core.wire import READ_COMPONENTS, SIGNATURE_TAG, WRITE_COMPONENTS

WRITTEN = Path(__file__).parents[2] / "docs" / "openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_the_contract_in_the_documents_is_the_one_in_the_code():
    assert json.loads(WRITTEN.read_text()) == contract(), (
        "write docs/openapi.json anew from central.openapi.contract()"
    )


def test_the_contract_is_served(centre):
    answer = httpx.get(f"{centre.url}/v1/openapi.json", trust_env=False)
    assert answer.json() == contract()


def test_every_path_of_the_code_is_in_the_contract_and_no_other(centre):
    routes = {
        (route.path, method.lower())
        for route in make_app(centre.store).routes
        for method in route.methods
        if method != "HEAD"
    }
    written = {
        (path, word)
        for path, item in contract()["paths"].items()
        for word in item
        if word != "parameters"
    }
    assert routes == written


def validate(name, plain):
    schema = {**contract()["components"]["schemas"][name], "components": contract()["components"]}
    validator_for(schema).validate(plain)


def test_the_control_a_reply_that_lacks_something_is_noticed():
    with pytest.raises(ValueError, match="high_water"):
        validate("BatchReply", {"epoch": 1})


def test_a_real_batch_and_its_reply_keep_the_contract(centre, till):
    order = centre.orders(1)[0]
    till.collect(order)
    till.collect(order)
    from core.batch import pack_batch

    batch = pack_batch(till.identity.terminal_id, till.journal.events)
    validate("Batch", json.loads(gzip.decompress(batch.body)))
    validate("BatchReply", till.send())


def sign(till, prepared):
    """Sign a request as a terminal does: what schemathesis makes gets past the door."""

    class Message:
        method = prepared.method
        url = prepared.url
        headers = prepared.headers

    body = prepared.body
    if isinstance(body, str):
        body = body.encode()
    if prepared.method == "POST":
        body = body or b""
        prepared.headers.setdefault("Idempotency-Key", '"x"')
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(
            public_keys={},
            private_keys={
                "k": Ed25519PrivateKey.from_private_bytes(till.identity.private_key),
                till.identity.key_id: Ed25519PrivateKey.from_private_bytes(
                    till.identity.private_key
                ),
            },
        ),
    )
    for name in ("Content-Digest", "Signature", "Signature-Input"):
        prepared.headers.pop(name, None)
    signer.sign(
        Message,
        key_id=till.identity.key_id,
        created=till.clock(),
        tag=SIGNATURE_TAG,
        covered_component_ids=WRITE_COMPONENTS if prepared.method == "POST" else READ_COMPONENTS,
        body=body if prepared.method == "POST" else None,
    )


OPERATIONS = [
    ("GET", "/v1/health"),
    ("GET", "/v1/openapi.json"),
    ("POST", "/v1/enrolments"),
    ("POST", "/v1/terminals/{terminal}/keys"),
    ("POST", "/v1/terminals/{terminal}/batches"),
    ("POST", "/v1/terminals/{terminal}/orders"),
    ("POST", "/v1/terminals/{terminal}/access"),
    ("POST", "/v1/terminals/{terminal}/cases"),
    ("POST", "/v1/terminals/{terminal}/resolutions"),
    ("POST", "/v1/terminals/{terminal}/accounts"),
    ("GET", "/v1/terminals/{terminal}"),
    ("GET", "/v1/terminals/{terminal}/epoch"),
    ("GET", "/v1/terminals/{terminal}/snapshot"),
    ("GET", "/v1/terminals/{terminal}/changes"),
    ("GET", "/v1/terminals/{terminal}/photos/{digest}"),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("is_signed", [False, True])
def test_whatever_is_asked_gets_an_answer_of_the_contract(centre, till, method, path, is_signed):
    till.refuse()
    schema = schemathesis.openapi.from_dict(contract())
    operation = schema[path][method]
    session = requests.Session()
    session.trust_env = False

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_ours=st.booleans(), is_packed=st.booleans())
    def ask(case, is_ours, is_packed):
        if is_ours and "terminal" in (case.path_parameters or {}):
            case.path_parameters["terminal"] = till.identity.terminal_id
        for name in ("Range", "Prefer"):
            case.headers.pop(name, None)
        prepared = session.prepare_request(
            requests.Request(**case.as_transport_kwargs(base_url=centre.url))
        )
        if is_packed and prepared.body:
            body = prepared.body if isinstance(prepared.body, bytes) else prepared.body.encode()
            prepared.body = gzip.compress(body, mtime=0)
            prepared.headers["Content-Length"] = str(len(prepared.body))
        if is_signed:
            sign(till, prepared)
        response = session.send(prepared, timeout=10)
        case.validate_response(response, checks=CHECKS)

    ask()
    session.close()
    centre.expect_sound()


def test_no_operation_of_the_contract_is_left_out():
    written = {
        (word.upper(), path)
        for path, item in contract()["paths"].items()
        for word in item
        if word != "parameters"
    }
    assert set(OPERATIONS) == written


def test_the_control_an_answer_that_is_not_in_the_contract_is_noticed(centre):
    narrow = contract()
    del narrow["paths"]["/v1/health"]["get"]["responses"]["200"]
    case = schemathesis.openapi.from_dict(narrow)["/v1/health"]["GET"].Case()
    session = requests.Session()
    session.trust_env = False
    response = session.get(f"{centre.url}/v1/health", timeout=10)
    with pytest.raises(FailureGroup):
        case.validate_response(response, checks=CHECKS)
    session.close()
