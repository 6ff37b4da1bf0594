"""What is exported to Prometheus: every name there is, and how the numbers are written down.

No label holds anything about a person: bots, lanes, states, codes of ours.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from typing_extensions import override

Family: TypeAlias = CounterMetricFamily | GaugeMetricFamily
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


@dataclass(frozen=True)
class Metric:
    """One name. Counters only grow, from zero at each start of the process."""

    kind: Literal["gauge", "counter"]
    help: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """A number under a name of METRICS; `labels` in the order given there."""

    name: str
    value: float
    labels: tuple[str, ...] = ()


METRICS: Final = {
    # every process
    "dodomu_build_info": Metric("gauge", "Always 1; which version runs here.", ("version",)),
    "dodomu_ready": Metric("gauge", "1 where /readyz says yes."),
    "dodomu_reading_failed": Metric(
        "gauge", "1 for what could not be read just now; its numbers are missing.", ("reading",)
    ),
    "dodomu_database_roundtrip_seconds": Metric("gauge", "One question and its answer."),
    "dodomu_database_bytes": Metric("gauge", "How large the database is."),
    "dodomu_database_schema_current": Metric("gauge", "1 where the schema is this program's."),
    "dodomu_clock_skew_seconds": Metric("gauge", "This clock minus the database's."),
    "dodomu_disk_free_bytes": Metric("gauge", "Free space.", ("place",)),
    "dodomu_disk_free_ratio": Metric("gauge", "Free space, as a part of the whole.", ("place",)),
    "dodomu_recipients_expire_seconds": Metric(
        "gauge", "Until the signed list of recipients ends; 0 where it is not valid."
    ),
    # where updates are taken in
    "dodomu_updates_total": Metric(
        "counter", "Updates finished, by what became of them.", ("bot", "kind", "outcome")
    ),
    "dodomu_update_failures_total": Metric("counter", "Attempts that failed.", ("bot",)),
    "dodomu_last_update_age_seconds": Metric("gauge", "Since the last finished one.", ("bot",)),
    "dodomu_polling_leader": Metric("gauge", "1 where this process polls.", ("bot",)),
    "dodomu_last_poll_age_seconds": Metric("gauge", "Since Telegram last answered.", ("bot",)),
    # where messages are sent
    "dodomu_deliveries_total": Metric(
        "counter", "Messages by what came of an attempt.", ("channel", "outcome")
    ),
    "dodomu_floods_total": Metric("counter", "Telegram asked for silence (429).", ("channel",)),
    "dodomu_refusals_total": Metric("counter", "Other refusals of Telegram's.", ("channel",)),
    "dodomu_database_losses_total": Metric(
        "counter", "The sender lost the database.", ("channel",)
    ),
    "dodomu_sender_leader": Metric("gauge", "1 where this process sends.", ("channel",)),
    "dodomu_outbox_messages": Metric(
        "gauge", "What waits to be sent.", ("channel", "lane", "state")
    ),
    "dodomu_outbox_oldest_age_seconds": Metric(
        "gauge", "Of the oldest that may go now.", ("channel", "lane")
    ),
    "dodomu_sender_paused_seconds": Metric("gauge", "Of a pause, what is left.", ("channel",)),
    "dodomu_sender_stopped": Metric(
        "gauge", "1 where the token was refused: a person must act.", ("channel",)
    ),
    "dodomu_files_waiting": Metric("gauge", "Files to be fetched from Telegram.", ("bot",)),
    "dodomu_files_oldest_age_seconds": Metric("gauge", "Of the oldest of these.", ("bot",)),
    "dodomu_drafts_open": Metric("gauge", "Reports that are being written.", ("flow",)),
    "dodomu_updates_failing": Metric("gauge", "Updates that failed and are tried again."),
    "dodomu_updates_quarantined": Metric("gauge", "Updates given up and kept, sealed."),
    "dodomu_cases_untaken": Metric("gauge", "Open reports nobody has taken.", ("level",)),
    "dodomu_cases_overdue": Metric("gauge", "Of these, beyond their term.", ("level",)),
    # the desk
    "dodomu_audit_chain_whole": Metric("gauge", "0 where the audit chain is broken."),
    "dodomu_audit_chain_entry": Metric("gauge", "Up to which entry it was read."),
    "dodomu_audit_chain_checked_age_seconds": Metric("gauge", "Since it was last read."),
}


def exposition(samples: Iterable[Sample]) -> bytes:
    """The samples, and memory, time and files of this process, in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Told(samples))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, samples: Iterable[Sample]) -> None:
        self._families: dict[str, Family] = {}
        for one in samples:
            if one.name not in self._families:
                self._families[one.name] = _family(one.name)
            self._families[one.name].add_metric(one.labels, one.value)

    @override
    def collect(self) -> Iterator[Family]:
        yield from self._families.values()


def _family(name: str) -> Family:
    metric = METRICS[name]
    if metric.kind == "counter":
        return CounterMetricFamily(name, metric.help, labels=metric.labels)
    return GaugeMetricFamily(name, metric.help, labels=metric.labels)
