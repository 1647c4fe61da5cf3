"""A live HLS rendition cut out of endless streams by the clock. Sans I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from tunerr.lab.faults import vocabulary as v
from tunerr.lab.faults.state import Armed
from tunerr.lab.media import SLOTS_PER_SECOND, Broadcast

_KEPT_SEGMENTS = 10  # answered for so long after they left the window
_EPOCH_SECONDS = 3_600  # how far timestamps move at a discontinuity
_AES_BLOCK_BITS = 128


@dataclass(frozen=True, slots=True)
class Shape:
    """How a channel is cut: into segments of `seconds`, of which `window` are listed.

    Keys (AES-128) and time lines change every `key_every` and `discontinuity_every` segments, 0 for never.
    """

    seconds: int = 2
    window: int = 5
    key_every: int = 0
    discontinuity_every: int = 0
    program_time: bool = True


@dataclass(frozen=True, slots=True)
class _View:
    """What a playlist lists: `first` up to, not including, `edge`; from `repeated` on, that segment again."""

    first: int
    edge: int
    ended: bool = False
    repeated: int | None = None


class LiveHls:
    """The variants of one channel. Segment n is the same moment in all; it holds the seconds from n times `seconds` on.

    Times are wall seconds since 1970.
    """

    def __init__(self, name: str, variants: tuple[Broadcast, ...], shape: Shape) -> None:
        self.shape = shape
        self.variants = variants
        self._name = name
        self._faults: list[tuple[Armed, float]] = []

    def strike(self, armed: Armed, now: float) -> None:
        """A PlaylistFault begins; other faults change nothing here."""
        self._faults.append((armed, now))

    def master(self, query: str) -> str:
        """The master playlist; `query` is appended to each URI."""
        lines = ["#EXTM3U", "#EXT-X-VERSION:3"]
        for number, broadcast in enumerate(self.variants):
            lines.append(f"#EXT-X-STREAM-INF:BANDWIDTH={round(broadcast.clip.bitrate * 1.2)}")
            lines.append(f"{number}/media.m3u8{query}")
        return "\n".join((*lines, ""))

    def media(self, *, folder: str, now: float, query: str) -> str:
        """A media playlist whose URIs begin with `folder` and end with `query`."""
        view = self._view(now)
        shape = self.shape
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{shape.seconds}"]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{view.first}")
        if shape.discontinuity_every:
            lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{(view.first - 1) // shape.discontinuity_every}")
        for number in range(view.first, view.edge):
            lines += self._entry(number, view, folder, query)
        if view.ended:
            lines.append("#EXT-X-ENDLIST")
        return "\n".join((*lines, ""))

    def segment(self, variant: int, number: int, now: float) -> bytes | None:
        """The bytes of a segment, encrypted if the channel is; None when it is not there yet or not any more."""
        edge = int(now // self.shape.seconds)
        if not edge - self.shape.window - _KEPT_SEGMENTS <= number < edge:
            return None
        slots = self.shape.seconds * SLOTS_PER_SECOND
        broadcast = self._timeline(self.variants[variant], number)
        data = broadcast.clip.framed(broadcast.packets(number * slots, (number + 1) * slots))
        return self._encrypted(data, number) if self.shape.key_every else data

    def key(self, number: int) -> bytes:
        """The sixteen bytes of key `number`."""
        return hashlib.blake2b(f"{self._name} {number}".encode(), digest_size=16).digest()

    def _view(self, now: float) -> _View:
        edge = int(now // self.shape.seconds)
        ended, empty, repeated, after = False, False, None, 0
        for armed, at in self._active(now):
            struck = int(at // self.shape.seconds)
            match armed.fault:
                case v.PlaylistStops() | v.PlaylistEnds():
                    edge = min(edge, struck)
                    ended = ended or isinstance(armed.fault, v.PlaylistEnds)
                case v.PlaylistGoesBack(segments=segments):
                    edge -= segments
                case v.PlaylistSkips(segments=segments):
                    after = struck + segments
                    edge = edge if edge > after else min(edge, struck)
                case v.PlaylistRepeats():
                    repeated = struck
                case v.PlaylistEmpty():
                    empty = True
                case _:
                    pass
        first = edge - self.shape.window
        if edge > after:
            first = max(first, after)
        return _View(edge if empty else first, edge, ended, repeated)

    def _active(self, now: float) -> Iterator[tuple[Armed, float]]:
        for armed, at in tuple(self._faults):
            if armed.disarmed or now >= at + self._lasts(armed.fault):
                self._faults.remove((armed, at))
            else:
                yield armed, at

    def _lasts(self, fault: v.Fault) -> float:
        if isinstance(fault, v.PlaylistSkips):  # until what it left out has slid out of the window
            return float((fault.segments + self.shape.window + 1) * self.shape.seconds)
        seconds: float | None = getattr(fault, "seconds", None)
        return float("inf") if seconds is None else seconds

    def _entry(self, number: int, view: _View, folder: str, query: str) -> Iterator[str]:
        shape = self.shape
        shown = number if view.repeated is None or number < view.repeated else view.repeated - 1
        if shape.discontinuity_every and number % shape.discontinuity_every == 0:
            yield "#EXT-X-DISCONTINUITY"
        if shape.key_every and (number == view.first or number % shape.key_every == 0 or shown != number):
            iv = f",IV=0x{shown:032x}" if shown != number else ""
            yield f'#EXT-X-KEY:METHOD=AES-128,URI="{folder}{shown // shape.key_every}.key{query}"{iv}'
        if shape.program_time:
            yield f"#EXT-X-PROGRAM-DATE-TIME:{_iso(number * shape.seconds)}"
        yield f"#EXTINF:{shape.seconds:.3f},"
        yield f"{folder}{shown}.ts{query}"

    def _timeline(self, broadcast: Broadcast, number: int) -> Broadcast:
        if not self.shape.discontinuity_every:
            return broadcast
        return broadcast.shifted(number // self.shape.discontinuity_every % 16 * _EPOCH_SECONDS)

    def _encrypted(self, data: bytes, number: int) -> bytes:
        padder = PKCS7(_AES_BLOCK_BITS).padder()
        key = self.key(number // self.shape.key_every)
        cipher = Cipher(algorithms.AES(key), modes.CBC(number.to_bytes(16))).encryptor()
        return cipher.update(padder.update(data) + padder.finalize()) + cipher.finalize()


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
