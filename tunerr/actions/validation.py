"""Acts on the tests of channels: begin a run, end it, test one channel now, say how it stands."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from tunerr.actions.audit import Audit
from tunerr.errors import ActionRefused, TunerrError
from tunerr.model.channel import ChannelId
from tunerr.providers.validation.batch import Verdict
from tunerr.providers.validation.report import Progress, RunReport
from tunerr.providers.validation.targets import Target


class Validating(Protocol):
    """What we need of the engine (providers.validation.run.Validation)."""

    @property
    def progress(self) -> Progress | None:
        """How far the run is; None when there is none."""
        ...

    @property
    def last(self) -> RunReport | None:
        """The run that was over last."""
        ...

    def end(self) -> bool:
        """End the run early; False when there is none."""
        ...


class Channels(Protocol):
    """What can be tested; app joins catalog, plan and engine."""

    async def test_all(self) -> RunReport:
        """Test all channels that may be offered, and apply what came of it."""
        ...

    async def test_channel(self, channel: ChannelId) -> tuple[tuple[Target, Verdict], ...]:
        """Test the streams of one channel. Raises ActionRefused for an unknown one."""
        ...


class Background(Protocol):
    """Where a run goes on after its act has answered."""

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> object:
        """Start `work` as a task called `name`."""
        ...


async def begin_testing(
    engine: Validating, channels: Channels, background: Background, audit: Audit, *, who: str
) -> str:
    """Begin to test all channels; a sentence. Raises ActionRefused while a run goes on."""
    if engine.progress is not None:
        raise ActionRefused("Channels are being tested already.", hint="`channel test --status` says how far it is.")
    background.spawn(_run(channels, audit, who), "channel tests")
    await audit.note(who=who, act="channel-test", subject="all channels")
    return "The test of all channels began. `iptv-tunerr channel test --status` says how far it is."


async def end_testing(engine: Validating, audit: Audit, *, who: str) -> str:
    """End the run after the tests that are open; a sentence. Raises ActionRefused when there is none."""
    if not engine.end():
        raise ActionRefused("No channels are being tested.")
    await audit.note(who=who, act="channel-test-end", subject="all channels")
    return "The run ends after the tests that are open. What it found counts, the other channels are kept."


async def try_channel(channels: Channels, audit: Audit, *, who: str, channel: ChannelId) -> str:
    """Test each stream of one channel now; a line for each. Raises ActionRefused."""
    found = await channels.test_channel(channel)
    lines = [f"{number}. {target.stream.url}: {verdict.words}" for number, (target, verdict) in enumerate(found, 1)]
    said = "\n".join(lines) or "The channel has no stream."
    await audit.note(who=who, act="channel-test", subject=channel, detail=said)
    return said


def how_testing_stands(engine: Validating) -> str:
    """Say how far the run is, else what came of the last one."""
    if (progress := engine.progress) is not None:
        return progress.sentence()
    if engine.last is None:
        return "No channels were tested since the start. `iptv-tunerr channel test` begins."
    return "\n".join(engine.last.sentences())


async def _run(channels: Channels, audit: Audit, who: str) -> None:
    try:
        said = " ".join((await channels.test_all()).sentences())
    except TunerrError as error:
        said = f"It failed: {error.message}"
    await audit.note(who=who, act="channel-test", subject="all channels", detail=said)
