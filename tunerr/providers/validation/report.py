"""What an operator reads of a run, while it goes on and when it is over."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.model.channel import ChannelId
from tunerr.model.stream_test import Finding
from tunerr.providers.validation.batch import Batch
from tunerr.providers.validation.settle import Settled


@dataclass(frozen=True, slots=True)
class Progress:
    """A run that goes on: channels in it, streams tested and how many of them play, hosts left alone."""

    channels: int
    tested: int
    passed: int
    stopped: tuple[str, ...]
    seconds: float

    def sentence(self) -> str:
        """Say it to the operator."""
        alone = f" Left alone: {', '.join(self.stopped)}." if self.stopped else ""
        return (
            f"Testing {self.channels} channels: {self.tested} streams tested in {self.seconds:.0f} s, "
            f"{self.passed} of them play.{alone}"
        )


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run that is over. Channels: `total` = `passed` + `failed` + `untested`, the latter also by reason in `skipped`.

    `requests` counts what was asked by host. `inconclusive`: the hosts that were left alone, with the kind of failure
    that dominated them. `dropped` and `back` are the channels that the run takes out of the lineup and brings back;
    with `tripped`, none of the `would_drop` channels is dropped. `guard`: percent. `ended`: by the operator, before its
    time.
    """

    total: int
    passed: int
    failed: int
    untested: int
    skipped: tuple[tuple[str, int], ...]
    inconclusive: tuple[tuple[str, Finding], ...]
    requests: tuple[tuple[str, int], ...]
    would_drop: int
    dropped: frozenset[ChannelId]
    back: frozenset[ChannelId]
    tripped: bool
    guard: int
    seconds: float
    ended: bool = False

    def sentences(self) -> tuple[str, ...]:
        """Say it to the operator: what came of it, then what is unusual, with what to do."""
        asked = sum(count for _, count in self.requests)
        told = [
            (
                f"Of {_counted(self.total, 'channel')} {self.passed} play, {self.failed} fail and {self.untested} were "
                f"not tested ({_counted(asked, 'request')} in {self.seconds:.0f} s"
                f"{', ended early' if self.ended else ''})."
            )
        ]
        if self.tripped:
            told.append(
                f"The run would have dropped {_counted(self.would_drop, 'channel')}, more than {self.guard} % of them, "
                "so it is inconclusive and nothing was dropped. When they are really dead, raise "
                "IPTV_TUNERR_SMOKETEST_RUN_GUARD."
            )
        elif self.dropped or self.back:
            gone, back = _counted(len(self.dropped), "channel"), _counted(len(self.back), "channel")
            told.append(f"Confirmed as dead: {gone}. Back again: {back}.")
        told += [
            f"{host} is inconclusive ({kind.value}): it was left alone and its channels are kept. It may limit how "
            "often it is asked, or be down; the next run asks it again."
            for host, kind in self.inconclusive
        ]
        told += [f"Not tested ({reason}): {_counted(count, 'channel')}." for reason, count in self.skipped]
        return tuple(told)


def progress(batch: Batch) -> Progress:
    """Return how far a run is."""
    found = [result.verdict.finding for result in batch.results.values()]
    return Progress(
        channels=len(batch.candidates),
        tested=len(found),
        passed=found.count(Finding.PASS),
        stopped=tuple(sorted(batch.stopped)),
        seconds=batch.seconds,
    )


def report(batch: Batch, settled: Settled, *, requests: dict[str, int], guard: int, ended: bool = False) -> RunReport:
    """Return the report of a run that is over; `guard` in percent."""
    return RunReport(
        total=len(batch.candidates),
        passed=settled.passed,
        failed=settled.failed,
        untested=sum(count for _, count in settled.untested),
        skipped=settled.untested,
        inconclusive=tuple(sorted(batch.stopped.items())),
        requests=tuple(sorted(requests.items())),
        would_drop=settled.would_drop,
        dropped=settled.dropped,
        back=settled.back,
        tripped=settled.tripped,
        guard=guard,
        seconds=batch.seconds,
        ended=ended,
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
