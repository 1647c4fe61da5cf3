"""What streams really carry, as it was seen when they were played."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tunerr.model.channel import ChannelId


@dataclass(frozen=True, slots=True)
class Carried:
    """Codecs of the first picture and the first sound, as `gateway.psi` names them, and the picture's size in pixels.

    Empty and 0 for what is unknown, or not there.
    """

    video: str = ""
    audio: str = ""
    width: int = 0
    height: int = 0


NOTHING = Carried()


class CarriedBook:
    """What each channel carried when it was seen last. Immutable; `version` counts the changes since it was made."""

    __slots__ = ("_by_id", "_changed", "version")

    def __init__(self, known: Mapping[ChannelId, Carried] = MappingProxyType({})) -> None:
        self.version = 0
        self._by_id: dict[ChannelId, Carried] = dict(known)
        self._changed: dict[ChannelId, int] = {}  # in the order of the versions

    def __getitem__(self, channel: ChannelId) -> Carried:
        """What that channel carried; NOTHING when it was never seen."""
        return self._by_id.get(channel, NOTHING)

    def with_seen(self, channel: ChannelId, carried: Carried) -> CarriedBook:
        """The book after `channel` was seen; this very one when that is no news."""
        if self._by_id.get(channel) == carried:
            return self
        after = CarriedBook(self._by_id | {channel: carried})
        after.version = self.version + 1
        earlier = {known: version for known, version in self._changed.items() if known != channel}
        after._changed = earlier | {channel: after.version}
        return after

    def version_of(self, belongs: Callable[[ChannelId], bool]) -> int:
        """The version in which one of the channels that `belongs` is true for changed last; 0 for never."""
        return next((version for channel, version in reversed(self._changed.items()) if belongs(channel)), 0)
