"""Everything that can go wrong, as values.

A fault is armed on a channel and fires `after` seconds later: counted, for a stream, from the start of a connection or
from the arming, whichever is later; for HLS, which has no connections, from the first request after the arming.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from tunerr.errors import TunerrError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. `times`: how often it fires before it is used up, 0 for as long as it is armed.

    `skip`: so many matching requests that come after the arming are left alone first. `target`: which requests match:
    stream, master, playlist, segment or key.
    """

    name: ClassVar[str] = ""
    target: str = ""
    after: float = 0.0
    times: int = 1
    skip: int = 0

    def __init_subclass__(cls) -> None:
        """Name the fault as commands and logs do: `EndOfFile` is end-of-file."""
        cls.name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFault(Fault):
    """A wrong answer to a request. Without a `target`: to that for the stream or for the media playlist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(AnswerFault):
    """An error status, with `Retry-After` when that is given (seconds)."""

    status: int = 403
    retry_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Html(AnswerFault):
    """A web page with status 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty(AnswerFault):
    """Status 200 and no body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(AnswerFault):
    """302 to the endless loop of another clip: what panels show whose account is blocked or in use."""

    to: str = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongType(AnswerFault):
    """The right bytes under a wrong Content-Type."""

    content_type: str = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowHeaders(AnswerFault):
    """Nothing at all for `seconds`, then the answer."""

    seconds: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenBody(AnswerFault):
    """A segment of which only the part `cut` arrives, though its whole length was announced; then FIN, or a reset."""

    target: str = "segment"
    cut: float = 0.5
    reset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowBody(AnswerFault):
    """A segment that takes `seconds` to arrive."""

    target: str = "segment"
    seconds: float = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbageBody(AnswerFault):
    """A segment of random bytes."""

    target: str = "segment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Fault):
    """Something that happens to what is served, whoever asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFault(Event):
    """Something happens to a running TS connection."""

    target: str = "stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOfFile(StreamFault):
    """The provider closes the connection in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(StreamFault):
    """The connection is reset (RST)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingFault(StreamFault):
    """A state of the connection that lasts for `seconds`, or until it is disarmed or the connection ends (None)."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(LastingFault):
    """Silence. What was missed comes at once when it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starve(LastingFault):
    """The stream comes at `percent` of real time; nothing is left out."""

    percent: float = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage(LastingFault):
    """Random bytes instead of packets, at the same rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoLost(LastingFault):
    """The video PID carries nothing more but the PCR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen(LastingFault):
    """The last group of pictures over and over, with timestamps that go on; the sound goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Black(LastingFault):
    """A black picture; the sound goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrambled(LastingFault):
    """Video and sound can only be read with a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPackets(StreamFault):
    """`packets` packets of video and sound are missing."""

    packets: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LostSync(StreamFault):
    """`insert` random bytes come between two bytes of a packet, or `remove` bytes are missing there."""

    insert: int = 0
    remove: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampJump(StreamFault):
    """PCR, PTS and DTS jump by `seconds`, back when negative, without any announcement."""

    seconds: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrap(StreamFault):
    """A connection whose PCR passes 2^33 `after` seconds after its start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFormat(StreamFault):
    """Other PIDs or codecs, from an access point on; with `after=0`, from the connection's first byte on."""

    format: str = "h264-b"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistFault(Event):
    """Something happens to a live playlist."""

    target: str = "playlist"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistStops(PlaylistFault):
    """No new segment for `seconds`, or until disarmed (None)."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistGoesBack(PlaylistFault):
    """For `seconds`, every answer is the one of `segments` segments ago: an edge that lags."""

    segments: int = 3
    seconds: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistSkips(PlaylistFault):
    """No new segment until `segments` were made, and then only newer ones."""

    segments: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistRepeats(PlaylistFault):
    """For `seconds`, or until disarmed (None), new numbers stand for one and the same segment."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistEnds(PlaylistFault):
    """No new segment, and ENDLIST."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistEmpty(PlaylistFault):
    """A playlist without segments, for `seconds` or until disarmed (None)."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDies(Event):
    """The token that playlist and segments (or the stream's redirected URL) carry is refused from now on, by 403.

    The catalog's URL redirects to a new one. Only on channels with `token`. Connections that are open stay so.
    """


_KINDS = [kind for kind in tuple(globals().values()) if isinstance(kind, type) and issubclass(kind, Fault)]

FAULTS: dict[str, type[Fault]] = {
    kind.name: kind for kind in _KINDS if not any(kind in other.__mro__[1:] for other in _KINDS)
}
"""Every fault by its name."""


def fault_from(name: str, options: dict[str, Any]) -> Fault:
    """The fault that an operator asked for. Raises TunerrError that says what is known."""
    kind = FAULTS.get(name)
    if kind is None:
        raise TunerrError(f"{name} is no fault; there are: {', '.join(sorted(FAULTS))}.")
    known = {each.name: each for each in fields(kind)}
    wrong = [key for key in options if key not in known]
    if wrong:
        raise TunerrError(f"{name} has no {', '.join(wrong)}; it has: {', '.join(known)}.")
    for key, value in options.items():
        if not _fits(value, str(known[key].type)):
            raise TunerrError(f"{key} of {name} can't be {value!r}.")
    return kind(**options)


def _fits(value: object, annotation: str) -> bool:
    allowed = {part.strip() for part in annotation.split("|")}
    kind = "None" if value is None else type(value).__name__
    return kind in allowed or (kind == "int" and "float" in allowed)
