"""A connection to PostgreSQL that steps aside while the server works, where its user may."""

from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.waiting import wait_async
from typing_extensions import override

from central.pausing import may_pause, pause_for


class PausingConnection(psycopg.Connection[tuple[Any, ...]]):
    """As `psycopg.Connection`; on the network's loop see `central.pausing`."""

    @override
    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        if not may_pause():
            return super().wait(gen, interval, timeout)
        return pause_for(wait_async(gen, self.pgconn.socket, interval, timeout))
