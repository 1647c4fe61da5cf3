"""Which upstream is tried first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tunerr.model.channel import Channel, Stream


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stream that may be opened, and why it has its place."""

    stream: Stream
    reasons: tuple[str, ...] = ()


class HostSelector(Protocol):
    """Ranks the streams of a channel."""

    def rank(self, channel: Channel) -> Sequence[Candidate]:
        """The candidates, best first; called at each tune."""
        ...


class CatalogOrder:
    """The order of the catalog."""

    def rank(self, channel: Channel) -> Sequence[Candidate]:
        """The streams as the channel lists them."""
        return tuple(Candidate(stream, ("catalog order",)) for stream in channel.streams)
