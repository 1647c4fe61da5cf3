"""What a run means: which results are kept, which channels that leaves out, and when it is believed at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tunerr.model.channel import ChannelId
from tunerr.model.stream_test import Finding, StreamTest, noted
from tunerr.providers.validation.batch import Batch
from tunerr.providers.validation.targets import Candidate

NOT_REACHED = "the run ended before its turn"
HOST_STOPPED = "its host is inconclusive"

_PASSED, _FAILED = "passed", "failed"


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a run. `tests` are to be stored.

    `dropped` are the channels that it takes out of the lineup, `back` those that it brings back. With `tripped` it
    would have dropped `would_drop` channels, which is too many to be true, so no failure of it is kept.
    """

    tests: Mapping[str, StreamTest]
    passed: int
    failed: int
    untested: tuple[tuple[str, int], ...]
    would_drop: int
    dropped: frozenset[ChannelId]
    back: frozenset[ChannelId]
    tripped: bool


def failed_channels(
    channels: Iterable[tuple[ChannelId, Iterable[str]]], tests: Mapping[str, StreamTest], *, now: float
) -> frozenset[ChannelId]:
    """Return the channels every stream of which failed, confirmed; `channels` with the keys of all their streams.

    A channel with one stream that plays or is untested is not among them, nor one without streams. `now`: Unix seconds.
    """
    holding = {key for key, test in tests.items() if test.holds(now)}
    if not holding:
        return frozenset()
    return frozenset(channel for channel, keys in channels if (named := set(keys)) and named <= holding)


def settle(batch: Batch, *, guard: float, now: float) -> Settled:
    """Judge a run that is over. `guard` is the share of the offered channels, 0 to 1, that it may drop at most.

    A run drops a channel when it confirms the failure of the last of its streams. What was left out before is neither
    offered nor dropped.
    """
    passed, failed, untested = _outcomes(batch)
    fresh = dict(_believed(batch))
    before = failed_channels(keys_of(batch.candidates), batch.known, now=now)
    after = failed_channels(keys_of(batch.candidates), {**batch.known, **fresh}, now=now)
    would_drop = after - before
    tripped = len(would_drop) > guard * (len(batch.candidates) - len(before))
    if tripped:
        fresh = {key: test for key, test in fresh.items() if test.passed}
        after = failed_channels(keys_of(batch.candidates), {**batch.known, **fresh}, now=now)
    return Settled(
        tests=fresh,
        passed=passed,
        failed=failed,
        untested=tuple(untested.most_common()),
        would_drop=len(would_drop),
        dropped=after - before,
        back=before - after,
        tripped=tripped,
    )


def passes(batch: Batch) -> dict[str, StreamTest]:
    """Return what may be kept of a run that was cut off: good news needs no second look."""
    return {key: test for key, test in _believed(batch) if test.passed}


def keys_of(candidates: Iterable[Candidate]) -> Iterable[tuple[ChannelId, tuple[str, ...]]]:
    """Return each channel with the keys of its streams."""
    return ((one.channel, tuple(target.key for target in one.targets)) for one in candidates)


def _believed(batch: Batch) -> Iterable[tuple[str, StreamTest]]:
    """The results that speak of their streams; of a host that was stopped only that something plays."""
    hosts = {target.key: target.host for one in batch.candidates for target in one.targets}
    for key, (verdict, at) in batch.results.items():
        finding = verdict.finding
        if finding is Finding.PASS or (finding.speaks_of_channel and hosts[key] not in batch.stopped):
            yield key, noted(batch.known.get(key), at=at, finding=finding, words=verdict.words)


def _outcomes(batch: Batch) -> tuple[int, int, Counter[str]]:
    """Channels that passed, that failed, and the untested ones by reason."""
    counts = Counter(batch.skipped.get(index) or _outcome(batch, one) for index, one in enumerate(batch.candidates))
    return counts.pop(_PASSED, 0), counts.pop(_FAILED, 0), counts


def _outcome(batch: Batch, one: Candidate) -> str:
    """_PASSED, _FAILED when all its streams failed, or why the channel counts as untested."""
    for target in one.targets:
        finding = batch.finding(target)
        if finding is Finding.PASS:
            return _PASSED
        if target.host in batch.stopped and (finding is None or target.key in batch.results):
            return HOST_STOPPED
        if finding is None:
            return NOT_REACHED
        if not finding.speaks_of_channel:
            return str(finding.value)
    return _FAILED
