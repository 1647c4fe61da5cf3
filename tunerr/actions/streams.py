"""Acts on streams: end one, try another source, forget what was tried."""

from __future__ import annotations

from typing import Protocol

from tunerr.actions.audit import Audit
from tunerr.errors import ActionRefused
from tunerr.model.channel import ChannelId


class Streams(Protocol):
    """What we need of the gateway."""

    def stop_streams(self, *, request: str = "", channel: ChannelId | None = None) -> int:
        """End streams; how many. Raises ActionRefused when there is none such."""
        ...

    def stop_viewer(self, request: str) -> None:
        """End one viewer and nobody else. Raises ActionRefused when there is none such."""
        ...

    def switch_stream(self, request: str) -> str:
        """Have another source tried for a session; a sentence. Raises ActionRefused when there is none."""
        ...

    def forget_attempts(self) -> None:
        """Clear the memory of what was tried."""
        ...


async def stop_stream(streams: Streams, audit: Audit, *, who: str, request: str = "", channel: str = "") -> str:
    """End the stream of a request or all of a channel; a sentence. Raises ActionRefused."""
    if not request and not channel:
        raise ActionRefused("Name a stream to stop.", hint="Give request_id or channel_id.")
    count = streams.stop_streams(request=request, channel=ChannelId(channel) if channel else None)
    await audit.note(who=who, act="stream-stop", subject=request or channel)
    return "The stream was stopped." if count == 1 else f"{count} streams were stopped."


async def stop_viewer(streams: Streams, audit: Audit, *, who: str, request: str) -> str:
    """End one viewer by its request, those beside it go on; a sentence. Raises ActionRefused."""
    streams.stop_viewer(request)
    await audit.note(who=who, act="viewer-stop", subject=request)
    return "The viewer was stopped; others go on."


async def switch_stream(streams: Streams, audit: Audit, *, who: str, request: str) -> str:
    """Have another source tried for the session of a request; a sentence. Raises ActionRefused."""
    if not request:
        raise ActionRefused("Name a stream.", hint="Give request_id.")
    said = streams.switch_stream(request)
    await audit.note(who=who, act="stream-switch", subject=request, detail=said)
    return said


async def clear_attempts(streams: Streams, audit: Audit, *, who: str) -> str:
    """Forget the streams that are over; a sentence."""
    streams.forget_attempts()
    await audit.note(who=who, act="stream-attempts-clear", subject="stream attempts")
    return "The list of past streams is empty."
