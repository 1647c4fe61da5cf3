"""Reads what a transport stream says about itself, on whole chunks, without decoding."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.gateway.continuity import Continuity
from tunerr.gateway.headers import Headers
from tunerr.gateway.inspection import AccessPoint, Inspection, Signs
from tunerr.gateway.pictures import Pictures
from tunerr.gateway.program_clock import ProgramClock
from tunerr.gateway.psi import ElementaryStream, Kind, Layout
from tunerr.gateway.rates import Rates
from tunerr.gateway.tables import Tables
from tunerr.gateway.ts import PACKET
from tunerr.support.clock import Clock


@dataclass(frozen=True, slots=True)
class _Program:
    """The streams of a layout by the part they play here."""

    layout: Layout
    video: ElementaryStream | None
    sound: ElementaryStream | None
    audio: frozenset[int]

    @classmethod
    def of(cls, layout: Layout) -> _Program:
        audio = frozenset(stream.pid for stream in layout.streams if stream.kind is Kind.AUDIO)
        return cls(layout, layout.first(Kind.VIDEO), layout.first(Kind.AUDIO), audio)


class TsInspector:
    """Sans-I/O view of one transport stream: tables, access points, PCR, continuity.

    Access points are found in the program's first video stream as `Pictures` describes; in a program without video
    every PES start of its first audio stream is one.
    """

    def __init__(self, *, clock: Clock, patience: float = 15.0) -> None:
        self.bytes = 0
        self._tables = Tables()
        self._continuity = Continuity()
        self._pictures = Pictures(clock=clock, patience=patience)
        self._program_clock = ProgramClock()
        self._rates = Rates()
        self._program: _Program | None = None
        self._audio_units = self._points = self._scrambled = 0

    @property
    def layout(self) -> Layout | None:
        """What the current PMT says, None before there is one."""
        return self._tables.layout

    @property
    def continuity_errors(self) -> int:
        """Breaks of continuity counters that no discontinuity_indicator announced."""
        return self._continuity.errors

    @property
    def keyframes_seen(self) -> bool:
        """Whether the video showed a real access point, so that it may be missed."""
        return self._pictures.keyframes_seen

    @property
    def rates(self) -> dict[int, int]:
        """Bits per second of each PID over the last whole two seconds of program; empty before."""
        return self._rates.last

    @property
    def signs(self) -> Signs:
        """What the stream has shown so far; `video_bytes` counts whole packets."""
        pictures = self._pictures
        return Signs(
            media=self._program_clock.media,
            packets=self.bytes // PACKET,
            video_units=pictures.units,
            audio_units=self._audio_units,
            video_bytes=pictures.packets * PACKET,
            points=self._points,
            broken=self._continuity.errors,
            jumps=self._program_clock.jumps,
            scrambled=self._scrambled,
            gops=pictures.gops.count,
            gop=pictures.gops.last,
            has_video=self.layout is not None and self.layout.first(Kind.VIDEO) is not None,
        )

    def feed(self, chunk: bytes) -> tuple[Inspection, ...]:
        """Take whole packets; what they are, in runs of one layout.

        A run ends with the packet that changes the layout.
        """
        runs: list[Inspection] = []
        while chunk:
            layout = self._tables.layout
            headers = Headers(chunk)
            end = self._tables.read(headers)
            run = headers if end == headers.count else Headers(chunk[: end * PACKET])
            runs.append(self._inspect(run, layout))
            chunk = chunk[end * PACKET :]
        self._rates.feed(self._continuity.packets, self._program_clock.media)
        return tuple(runs)

    def _inspect(self, headers: Headers, layout: Layout | None) -> Inspection:
        self.bytes += len(headers.chunk)
        broken, repeated = self._continuity.feed(headers)
        points = self._read(headers, layout, frozenset(repeated)) if layout is not None else ()
        return Inspection(headers, layout, points, broken, repeated)

    def _read(self, headers: Headers, layout: Layout, repeated: frozenset[int]) -> tuple[AccessPoint, ...]:
        if self._program is None or self._program.layout is not layout:
            self._program = _Program.of(layout)
        video, sound, audio = self._program.video, self._program.sound, self._program.audio
        begun = [(index, pid) for index, pid in headers.begun() if index not in repeated]
        adapted, scrambled = headers.adapted(), headers.scrambled()
        self._program_clock.feed(headers, layout, adapted)
        self._audio_units += sum([pid in audio for _, pid in begun])
        self._scrambled += sum([pid in audio or (video is not None and pid == video.pid) for _, pid in scrambled])
        points: tuple[AccessPoint, ...] = ()
        if video is not None:
            starts = [index for index, pid in begun if pid == video.pid]
            points = self._pictures.feed(headers, video, starts, adapted)
        elif sound is not None:
            hidden = {index for index, _ in scrambled}
            points = tuple(
                AccessPoint(index, closed=True) for index, pid in begun if pid == sound.pid and index not in hidden
            )
        self._points += len(points)
        return points
