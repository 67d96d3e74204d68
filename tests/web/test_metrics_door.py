"""`/metrics` is for this machine alone, and needs no session there."""

import pytest
from web_rig import Visitor

from terminal.web.metrics_route import is_metrics_from_here


@pytest.mark.parametrize(
    ("client", "path", "is_let_in"),
    [
        (("127.0.0.1", 4000), "/metrics", True),
        (("::1", 4000), "/metrics", True),
        (("192.0.2.7", 4000), "/metrics", False),
        (("testclient", 4000), "/metrics", False),
        (None, "/metrics", False),
        (("127.0.0.1", 4000), "/v1/status", False),
    ],
)
def test_who_is_let_in_without_a_session(client: object, path: str, is_let_in: bool) -> None:
    assert is_metrics_from_here({"type": "http", "path": path, "client": client}) is is_let_in


def test_a_name_that_is_not_ours_is_refused(visitor: Visitor) -> None:
    assert visitor.get("/metrics", headers={"Host": "evil.example"}).status == 400
