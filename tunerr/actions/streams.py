"""Acts on streams: end one, forget what was tried."""

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


async def clear_attempts(streams: Streams, audit: Audit, *, who: str) -> str:
    """Forget the streams that are over; a sentence."""
    streams.forget_attempts()
    await audit.note(who=who, act="stream-attempts-clear", subject="stream attempts")
    return "The list of past streams is empty."
