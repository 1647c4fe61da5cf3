"""Program specific information: PAT and PMT (ISO/IEC 13818-1, 2.4.4)."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunerr.gateway.ts import NULL_PID, section_crc

_PAT_TABLE = 0x00
_PMT_TABLE = 0x02
_STUFFING = 0xFF
_HEADER = 3  # table id and length
_CRC = 4
_LONGEST = 1024  # of PAT and PMT, header and CRC included
_FIRST_PID = 0x10  # those below are reserved


class Kind(enum.Enum):
    """What an elementary stream carries."""

    VIDEO = "video"
    AUDIO = "audio"
    OTHER = "other"


# Stream types of ISO/IEC 13818-1 table 2-34 and the ATSC ones that IPTV really carries.
_TYPES: dict[int, tuple[Kind, str]] = {
    0x01: (Kind.VIDEO, "mpeg1"),
    0x02: (Kind.VIDEO, "mpeg2"),
    0x03: (Kind.AUDIO, "mp2"),
    0x04: (Kind.AUDIO, "mp2"),
    0x0F: (Kind.AUDIO, "aac"),
    0x10: (Kind.VIDEO, "mpeg4"),
    0x11: (Kind.AUDIO, "aac_latm"),
    0x1B: (Kind.VIDEO, "h264"),
    0x24: (Kind.VIDEO, "hevc"),
    0x33: (Kind.VIDEO, "vvc"),
    0x42: (Kind.VIDEO, "avs"),
    0x81: (Kind.AUDIO, "ac3"),
    0x87: (Kind.AUDIO, "eac3"),
    0xD1: (Kind.VIDEO, "dirac"),
    0xEA: (Kind.VIDEO, "vc1"),
}
_PRIVATE = 0x06
# Descriptors that say what a private stream is (ETSI EN 300 468); a registration is looked up by its four letters.
_REGISTRATION = 0x05
_LANGUAGE = 0x0A  # ISO_639_language_descriptor
_LETTERS = 3
_PRIVATE_DESCRIPTORS = {0x6A: "ac3", 0x7A: "eac3", 0x7B: "dts", 0x7C: "aac"}
_REGISTRATIONS: dict[bytes, tuple[Kind, str]] = {
    b"AC-3": (Kind.AUDIO, "ac3"),
    b"EAC3": (Kind.AUDIO, "eac3"),
    b"DTS1": (Kind.AUDIO, "dts"),
    b"DTS2": (Kind.AUDIO, "dts"),
    b"DTS3": (Kind.AUDIO, "dts"),
    b"Opus": (Kind.AUDIO, "opus"),
    b"HEVC": (Kind.VIDEO, "hevc"),
    b"AV01": (Kind.VIDEO, "av1"),
}


@dataclass(frozen=True, slots=True)
class ElementaryStream:
    """One stream of the program; `codec` is empty when it is unknown, `language` (ISO 639-2) when none is given."""

    pid: int
    stream_type: int
    kind: Kind
    codec: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a PMT says. `section` is the PMT itself, `transport_stream` the id in its PAT."""

    program: int
    pmt_pid: int
    pcr_pid: int
    streams: tuple[ElementaryStream, ...]
    section: bytes = b""
    transport_stream: int = 1

    @property
    def codecs(self) -> tuple[str, ...]:
        """Codecs of the first picture and the first sound, empty where there is none."""
        return tuple(stream.codec if (stream := self.first(kind)) else "" for kind in (Kind.VIDEO, Kind.AUDIO))

    def first(self, kind: Kind) -> ElementaryStream | None:
        """The first stream of that kind."""
        return next((stream for stream in self.streams if stream.kind is kind), None)


class SectionReader:
    """Puts sections together from the payloads of one PID; a section may take several packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._open = False

    def feed(self, payload: bytes, *, starts: bool) -> list[bytes]:
        """Sections that `payload` completes; `starts` is payload_unit_start_indicator. CRCs are not checked here."""
        done: list[bytes] = []
        if starts and payload:
            begin = 1 + payload[0]
            if self._open:
                self._take(payload[1:begin], done)
            self._buffer.clear()
            self._open = True
            self._take(payload[begin:], done)
        elif self._open:
            self._take(payload, done)
        return done

    def _take(self, data: bytes, done: list[bytes]) -> None:
        self._buffer += data
        while len(self._buffer) >= _HEADER:
            if self._buffer[0] == _STUFFING:
                self._open = False
                self._buffer.clear()
                return
            length = _HEADER + ((self._buffer[1] & 0x0F) << 8 | self._buffer[2])
            if len(self._buffer) < length:
                return
            done.append(bytes(self._buffer[:length]))
            del self._buffer[:length]


@dataclass(frozen=True, slots=True)
class Pat:
    """What a PAT says: its transport stream's id, number and PMT PID of each program in order."""

    transport_stream: int
    programs: tuple[tuple[int, int], ...]


def parse_pat(section: bytes) -> Pat | None:
    """None for anything but an intact, current PAT that names a program."""
    if not _is_current(section, _PAT_TABLE, 8):
        return None
    programs = []
    for at in range(8, len(section) - _CRC - 3, 4):
        program = section[at] << 8 | section[at + 1]
        pid = (section[at + 2] & 0x1F) << 8 | section[at + 3]
        if program and _FIRST_PID <= pid < NULL_PID:
            programs.append((program, pid))
    return Pat(section[3] << 8 | section[4], tuple(programs)) if programs else None


def program_of(section: bytes) -> int | None:
    """The number of the program whose PMT `section` is; None when it is no PMT. Nothing else is checked."""
    return section[3] << 8 | section[4] if len(section) > _CRC and section[0] == _PMT_TABLE else None


def parse_pmt(section: bytes, pmt_pid: int, transport_stream: int) -> Layout | None:
    """What an intact, current PMT says; None for anything else."""
    if not _is_current(section, _PMT_TABLE, 12):
        return None
    pcr_pid = (section[8] & 0x1F) << 8 | section[9]
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    end = len(section) - _CRC
    streams = []
    while at + 5 <= end:
        pid = (section[at + 1] & 0x1F) << 8 | section[at + 2]
        after = min(at + 5 + ((section[at + 3] & 0x0F) << 8 | section[at + 4]), end)
        streams.append(_stream(pid, section[at], list(_descriptors(section[at + 5 : after]))))
        at = after
    return Layout(section[3] << 8 | section[4], pmt_pid, pcr_pid, tuple(streams), section, transport_stream)


def _is_current(section: bytes, table: int, fixed: int) -> bool:
    """Whether it is the whole section 0 of `table`, in force now, with a right CRC."""
    return (
        fixed + _CRC <= len(section) <= _LONGEST
        and section[0] == table
        and bool(section[5] & 1)
        and section[6] == 0
        and section_crc(section) == 0
    )


def _descriptors(loop: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each descriptor."""
    at = 0
    while at + 2 <= len(loop):
        after = at + 2 + loop[at + 1]
        yield loop[at], loop[at + 2 : after]
        at = after


def _stream(pid: int, stream_type: int, descriptors: Sequence[tuple[int, bytes]]) -> ElementaryStream:
    kind, codec = _TYPES.get(stream_type) or (Kind.OTHER, "")
    if stream_type == _PRIVATE:
        kind, codec = _identify(descriptors)
    languages = (content[:_LETTERS] for tag, content in descriptors if tag == _LANGUAGE and len(content) >= _LETTERS)
    language = next((code.decode() for code in languages if code.isalpha()), "").lower()
    return ElementaryStream(pid, stream_type, kind, codec, language)


def _identify(descriptors: Sequence[tuple[int, bytes]]) -> tuple[Kind, str]:
    """What a private stream is by its descriptors."""
    for tag, content in descriptors:
        if tag in _PRIVATE_DESCRIPTORS:
            return Kind.AUDIO, _PRIVATE_DESCRIPTORS[tag]
        registered = _REGISTRATIONS.get(content[:4]) if tag == _REGISTRATION else None
        if registered is not None:
            return registered
    return Kind.OTHER, ""
