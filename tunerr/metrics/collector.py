"""The product's figures. Everything is read at the scrape; nobody updates gauges on the way."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from tunerr import __version__
from tunerr.gateway.facts import GatewayFacts
from tunerr.model.channel import Lineup
from tunerr.model.guide import GuideHealth, GuideStatus
from tunerr.model.native import NativeFacts
from tunerr.model.status import GuideEdition, SourceState, SourceStatus, TunerStatus

_PREFIX = "iptv_tunerr_"
# The product promises lag below 20 ms; 50 ms is where it is logged.
_LAG_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


@dataclass(frozen=True, slots=True)
class Readings:
    """One look at the program."""

    lineup: Lineup | None
    guide: GuideEdition | None
    health: GuideHealth | None
    sources: tuple[SourceStatus, ...]
    tuners: tuple[TunerStatus, ...]
    gateway: GatewayFacts
    native: NativeFacts
    tasks: int  # of the event loop


class Metrics:
    """The registry behind /metrics. `loop_lag` takes seconds by `observe`."""

    def __init__(self, *, read: Callable[[], Readings]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Figures(read))
        self.loop_lag = Histogram(
            f"{_PREFIX}loop_lag_seconds",
            "How late the event loop ran a timer.",
            buckets=_LAG_BUCKETS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)


class _Figures(Collector):
    """Turns readings into families."""

    def __init__(self, read: Callable[[], Readings]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        now = self._read()
        yield InfoMetricFamily(
            f"{_PREFIX}build",
            "Version of the program and of Python.",
            {"version": __version__, "python": platform.python_version()},
        )
        yield _gauge("tasks", "Tasks of the event loop, the one that answers this request included.", now.tasks)
        yield from _lineup(now.lineup)
        yield from _sources(now.sources)
        yield from _tuners(now.tuners)
        yield from _gateway(now.gateway)
        yield from _native(now.native)
        yield from _guide(now.guide)
        yield _coverage(now.health)

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry would otherwise take a reading before the program runs."""
        return ()


def _native(facts: NativeFacts) -> Iterable[Metric]:
    searches = CounterMetricFamily(
        f"{_PREFIX}discovery_requests", "Datagrams at the discovery port, by what became of them.", labels=("result",)
    )
    searches.add_metric(("answered",), facts.answered)
    searches.add_metric(("ignored",), facts.ignored)
    searches.add_metric(("limited",), facts.limited)
    yield searches
    yield _gauge("control_connections", "Clients of the native protocol that are connected.", facts.connections)
    yield _counter("control_refused", "Connections of the native protocol that were closed at once.", facts.refused)
    yield _gauge("targets", "Addresses that video is sent to by UDP or RTP.", facts.targets)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(_PREFIX + name, text, value)


def _counter(name: str, text: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(_PREFIX + name, text, value)


def _lineup(lineup: Lineup | None) -> Iterable[Metric]:
    left_out = sum(part.count for part in lineup.left_out) if lineup else 0
    yield _gauge("channels", "Channels in the lineup.", len(lineup.channels) if lineup else 0)
    yield _gauge("channels_left_out", "Channels of the catalog that are not offered.", left_out)
    if lineup:
        yield _gauge("lineup_built_timestamp_seconds", "When the lineup was built.", lineup.built_at.timestamp())


def _sources(sources: Iterable[SourceStatus]) -> Iterable[Metric]:
    labels = ("source", "kind")
    state = GaugeMetricFamily(f"{_PREFIX}source_state", "1 for the state a source is in.", labels=(*labels, "state"))
    entries = GaugeMetricFamily(f"{_PREFIX}source_entries", "Entries in the last good answer.", labels=labels)
    success = GaugeMetricFamily(
        f"{_PREFIX}source_last_success_timestamp_seconds", "When the source was last read in full.", labels=labels
    )
    for source in sources:
        for possible in SourceState:
            state.add_metric((source.id, source.kind, possible.value), source.state is possible)
        entries.add_metric((source.id, source.kind), source.entries)
        if source.succeeded_at:
            success.add_metric((source.id, source.kind), source.succeeded_at.timestamp())
    yield from (state, entries, success)


def _tuners(tuners: tuple[TunerStatus, ...]) -> Iterable[Metric]:
    busy = sum(tuner.number is not None for tuner in tuners)
    yield _gauge("tuners", "Tuners of the device.", len(tuners))
    yield _gauge("tuners_in_use", "Tuners that pull a channel.", busy)


def _gateway(facts: GatewayFacts) -> Iterable[Metric]:
    yield _gauge("viewers", "Clients that watch.", facts.viewers)
    yield _counter("viewer_sent_bytes", "Video sent to viewers.", facts.bytes_sent)
    yield _counter("viewers_lapped", "Times a slow viewer lost its place and went on at the newest.", facts.lapped)
    yield _counter("viewers_dropped", "Viewers given up because they took nothing.", facts.dropped)
    yield _counter("upstream_received_bytes", "Video received from providers.", facts.bytes_received)
    switches = CounterMetricFamily(
        f"{_PREFIX}switches", "Times another source took over, by why the one before was left.", labels=("reason",)
    )
    for reason, count in facts.switches:
        switches.add_metric((reason,), count)
    yield switches
    yield _gauge("cards", "Channels that show a card now, for want of a source.", facts.cards)
    yield _counter("cards_shown", "Times a channel began to show a card.", facts.cards_shown)
    yield _gauge("provider_slots_in_use", "Streams that are open at providers.", facts.slots)
    yield _counter("continuity_errors", "Packets missing in what providers sent.", facts.continuity_errors)
    tunes = CounterMetricFamily(
        f"{_PREFIX}tunes", "Tune attempts by result: ok, or the HDHomeRun error code.", labels=("result",)
    )
    tunes.add_metric(("ok",), facts.tunes_ok)
    for code, count in facts.tunes_failed:
        tunes.add_metric((str(code),), count)
    yield tunes


def _guide(guide: GuideEdition | None) -> Iterable[Metric]:
    yield _gauge("guide_channels", "Channels in the guide.", guide.channels if guide else 0)
    yield _gauge("guide_linked_channels", "Channels with programmes of a guide source.", guide.linked if guide else 0)
    yield _gauge("guide_programmes", "Programmes in the guide.", guide.programmes if guide else 0)
    yield _gauge("guide_placeholders", "Programmes made up for want of any.", guide.placeholders if guide else 0)
    if guide:
        yield _gauge("guide_built_timestamp_seconds", "When the guide was rendered.", guide.built_at.timestamp())


def _coverage(health: GuideHealth | None) -> Metric:
    counts = Counter(row.status for row in health.channels) if health is not None else Counter[GuideStatus]()
    coverage = GaugeMetricFamily(f"{_PREFIX}guide_coverage", "Channels by how good their guide is.", labels=("status",))
    for status in get_args(GuideStatus):
        coverage.add_metric((status,), counts[status])
    return coverage
