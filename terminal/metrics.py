"""The terminal's figures in the text form of Prometheus; no names, no badges, no amounts of anyone.

The library is loaded when somebody asks the first time. Source: Prometheus text format 0.0.4.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from core.codec import read_moment

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_UP: Final = ("up", "recovered")
_US_PER_S: Final = 1_000_000
_OUTCOMES: Final = ("collected", "sold", "refused", "duplicates_ignored")


def metrics_text(status: Mapping[str, Any]) -> bytes:
    """Return a terminal's status (`refectory status --json`) as figures."""
    from prometheus_client import (  # noqa: PLC0415  loads in a tenth of a second
        CollectorRegistry,
        ProcessCollector,
        generate_latest,
    )

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Status(status))
    return generate_latest(registry)


class _Status:
    """Figures made of a status, as Prometheus's library collects them."""

    def __init__(self, status: Mapping[str, Any]) -> None:
        self._status = status

    def collect(self) -> Iterator["Metric"]:
        """Yield all figures."""
        status = self._status
        yield from _gauges(
            ("info", "The version that runs.", [({"version": status["version"]}, 1)]),
            ("ready", "Whether pupils can be served.", [({}, status["ready"]["is_ready"])]),
            ("till_open", "Whether the till serves.", [({}, status["till"] == "open")]),
            ("online", "Whether the centre is reached.", [({}, status["is_online"])]),
            ("pupils", "Pupils that are known.", [({}, status["pupils"])]),
            ("meals_reserved", "Meals reserved for today.", [({}, status["reserved"])]),
            ("meals_served", "Meals served here today.", [({}, status["served"])]),
            ("queue_events", "Events that wait for the centre.", [({}, status["queue"]["count"])]),
            ("queue_age_seconds", "Age of the oldest of them.", [({}, self._age("oldest_at"))]),
            ("copy_age_seconds", "Age of what is known.", [({}, self._age("copy_at"))]),
            ("printer_waiting", "Papers that wait.", [({}, status["printer"]["waiting"])]),
            ("reader_up", "Whether a reader reads.", list(self._readers())),
            ("lane_up", "Whether a direction to the centre works.", list(self._lanes())),
            ("disk_free_bytes", "Room for the journal.", [({}, self._free())]),
            ("tap_seconds", "From the reader until it was durable.", list(self._durations())),
        )
        yield _taps(status["counters"])

    def _age(self, key: str) -> float:
        told = self._status["queue"].get(key) or self._status.get(key)
        if told is None:
            return 0.0
        age = read_moment(self._status["at"]) - read_moment(told)
        return max(0.0, age.total_seconds())

    def _readers(self) -> Iterator[tuple[dict[str, str], float]]:
        for number, reader in enumerate(self._status["readers"], start=1):
            # An address may hold a device's serial number: its place tells it apart as well.
            yield {"reader": str(number)}, reader["state"] in _UP

    def _lanes(self) -> Iterator[tuple[dict[str, str], float]]:
        for name, lane in self._status["network"].items():
            yield {"lane": name}, lane["state"] in ("idle", "working")

    def _durations(self) -> Iterator[tuple[dict[str, str], float]]:
        for name, value in self._status["counters"]["tap_us"].items():
            yield {"quantile": f"0.{name.removeprefix('p')}"}, value / _US_PER_S

    def _free(self) -> float:
        disk = self._status.get("disk")
        return 0.0 if disk is None else disk["free_bytes"]


def _gauges(
    *rows: tuple[str, str, Iterable[tuple[dict[str, str], float]]],
) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415  as above

    for name, text, samples in rows:
        found = list(samples)
        labels = list(found[0][0]) if found else []
        family = GaugeMetricFamily(f"refectory_{name}", text, labels=labels)
        for label, value in found:
            family.add_metric(list(label.values()), float(value))
        yield family


def _taps(counters: Mapping[str, Any]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415  as above

    family = CounterMetricFamily("refectory_taps", "Taps since the start.", labels=["outcome"])
    for outcome in _OUTCOMES:
        family.add_metric([outcome], counters[outcome])
    return family
