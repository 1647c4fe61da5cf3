"""Puts access units into a loop of transport stream packets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from tunerr.gateway.ts import HAS_PCR, PACKET, PAT_PID, RANDOM_ACCESS, SYNC, section_crc, section_packets
from tunerr.lab.media.clip import SLOT_TICKS, Clip, Stamps
from tunerr.lab.media.formats import Encoding, Format, Pids
from tunerr.lab.media.units import Unit

_BODY = PACKET - 4
_TABLES_EVERY = 5  # slots: PAT and PMT come every 200 ms, and before each access point
# A picture is sent 0.4 s before it is decoded, which is what players need to start without waiting long.
_DECODER_DELAY = 36_000
_PRIVATE_DESCRIPTOR = 0x80
_MOST_IN_DESCRIPTOR = 150
_AC3_REGISTRATION = bytes((0x05, 4)) + b"AC-3"
_AC3_TYPE = 0x81


@dataclass(frozen=True, slots=True)
class Program:
    """The units of one program in the order of their slots; `by_slot[n]` leave in slot n."""

    encoding: Encoding
    pids: Pids
    by_slot: list[list[Unit]]

    @property
    def pcr_pid(self) -> int:
        """Where the program's clock is."""
        if self.pids.pcr is not None:
            return self.pids.pcr
        return self.pids.video if self.encoding.video else self.pids.audio


def scheduled(
    encoding: Encoding, pids: Pids, video: list[Unit], audio: list[Unit], *, frames_per_pes: int = 1
) -> Program:
    """Assign one turn of units to slots; their times become ticks since the turn's first slot."""
    length = encoding.frames * SLOT_TICKS
    video = video[encoding.skipped : encoding.skipped + encoding.frames]
    origin = video[0].dts if video else audio[0].pts
    begin = next(index for index, unit in enumerate(audio) if unit.pts >= origin - SLOT_TICKS)
    sound = [unit for unit in audio[begin:] if unit.pts < audio[begin].pts + length]
    if len(video) not in {0, encoding.frames} or len(sound) % frames_per_pes:
        raise ValueError(f"{len(video)} pictures and {len(sound)} frames of sound don't make a loop")
    groups = [sound[at : at + frames_per_pes] for at in range(0, len(sound), frames_per_pes)]
    by_slot: list[list[Unit]] = [[] for _ in range(encoding.frames)]
    for unit in (*video, *(_together(group) for group in groups)):
        turn, slot = divmod((unit.dts - origin) // SLOT_TICKS, encoding.frames)
        moved = _DECODER_DELAY - origin - turn * length
        by_slot[slot].append(replace(unit, pts=unit.pts + moved, dts=unit.dts + moved))
    for units in by_slot:
        units.sort(key=lambda unit: (not unit.is_video, unit.dts))
    return Program(encoding, pids, by_slot)


def mux(format_: Format, programs: list[Program]) -> Clip:
    """The loop of these programs, all of one length."""
    writer = _Writer()
    starts = []
    for slot in range(len(programs[0].by_slot)):
        starts.append(len(writer.packets))
        has_key = any(unit.is_key and unit.is_video for program in programs for unit in program.by_slot[slot])
        if has_key or slot % _TABLES_EVERY == 0:
            writer.tables(programs, format_.descriptors)
        for program in programs:
            writer.slot(program, slot, flags=format_.random_access_flags)
    starts.append(len(writer.packets))
    first = programs[0]
    has_video = bool(first.encoding.video)
    keys = (
        slot for slot, units in enumerate(first.by_slot) if not has_video or any(u.is_key and u.is_video for u in units)
    )
    streams = {
        pid
        for program in programs
        for pid in (program.pids.video if program.encoding.video else 0, program.pids.audio)
        if pid
    }
    return Clip(
        packets=np.frombuffer(b"".join(writer.packets), np.uint8).reshape(-1, PACKET).copy(),
        starts=np.array(starts, np.int64),
        stamps=writer.stamps(),
        steps=np.array([writer.counters[pid] if counts else 0 for pid, counts in writer.rows], np.int64),
        key_slots=frozenset(keys),
        video_pid=first.pids.video if has_video else None,
        stream_pids=tuple(sorted(streams)),
        packet=format_.packet,
    )


def _together(units: list[Unit]) -> Unit:
    """Several frames of sound in one PES packet."""
    first = units[0]
    body = b"".join(unit.payload for unit in units)
    head = bytearray(first.pes[: 9 + first.pes[8]])
    head[4:6] = (len(head) - 6 + len(body)).to_bytes(2)
    return replace(first, pes=bytes(head) + body)


@dataclass(slots=True)
class _Writer:
    packets: list[bytes] = field(default_factory=list)
    rows: list[tuple[int, bool]] = field(default_factory=list)  # the PID of each packet, and whether it is counted
    counters: Counter[int] = field(default_factory=Counter)  # packets counted on each PID
    pcrs: list[tuple[int, int]] = field(default_factory=list)
    times: list[tuple[int, int, int]] = field(default_factory=list)

    def stamps(self) -> Stamps:
        pcrs = np.array(self.pcrs, np.int64).reshape(-1, 2)
        times = np.array(self.times, np.int64).reshape(-1, 3)
        return Stamps(pcrs[:, 0], pcrs[:, 1], times[:, 0], times[:, 1], times[:, 2])

    def tables(self, programs: list[Program], descriptors: int) -> None:
        entries = b"".join(p.pids.program.to_bytes(2) + (0xE000 | p.pids.pmt).to_bytes(2) for p in programs)
        self._section(PAT_PID, _section(0x00, 1, entries))
        for program in programs:
            self._section(program.pids.pmt, _section(0x02, program.pids.program, _pmt_body(program, descriptors)))

    def slot(self, program: Program, slot: int, *, flags: bool) -> None:
        clock: int | None = slot * SLOT_TICKS
        if program.pids.pcr is not None:
            self._clock_packet(program.pids.pcr, slot * SLOT_TICKS)
        for unit in program.by_slot[slot]:
            pid = program.pids.video if unit.is_video else program.pids.audio
            carries = clock if pid == program.pcr_pid else None
            self._unit(pid, unit, pcr=carries, key=flags and unit.is_key)
            clock = None if carries is not None else clock

    def _section(self, pid: int, section: bytes) -> None:
        count = (len(section) + _BODY) // _BODY
        joined = section_packets(pid, section, self.counters[pid] + count - 1)
        for at in range(0, len(joined), PACKET):
            self._put(pid, joined[at : at + PACKET])

    def _clock_packet(self, pid: int, ticks: int) -> None:
        self.pcrs.append((len(self.packets), ticks))
        self._put(
            pid, bytes((SYNC, pid >> 8, pid & 0xFF, 0x20, _BODY - 1, HAS_PCR)).ljust(PACKET, b"\xff"), counts=False
        )

    def _unit(self, pid: int, unit: Unit, *, pcr: int | None, key: bool) -> None:
        rest = memoryview(unit.pes)
        first = True
        while rest:
            field_ = self._first_field(pcr=pcr, key=key) if first else b""
            size = min(len(rest), _BODY - len(field_))
            if missing := _BODY - len(field_) - size:
                field_ = _stuffed(field_, missing)
            if first:
                self._note(unit, 4 + len(field_))
            head = (SYNC, (0x40 if first else 0) | pid >> 8, pid & 0xFF, (0x30 if field_ else 0x10))
            counter = self.counters[pid] & 0x0F
            self._put(pid, bytes((*head[:3], head[3] | counter)) + field_ + bytes(rest[:size]))
            rest = rest[size:]
            first = False

    def _first_field(self, *, pcr: int | None, key: bool) -> bytes:
        flags = (HAS_PCR if pcr is not None else 0) | (RANDOM_ACCESS if key else 0)
        if not flags:
            return b""
        if pcr is not None:
            self.pcrs.append((len(self.packets), pcr))
        body = bytes((flags,)) + (bytes(6) if pcr is not None else b"")
        return bytes((len(body),)) + body

    def _note(self, unit: Unit, at: int) -> None:
        row = len(self.packets)
        self.times.append((row, at + 9, unit.pts))
        if unit.pes[7] & 0x40:
            self.times.append((row, at + 14, unit.dts))

    def _put(self, pid: int, packet: bytes, *, counts: bool = True) -> None:
        self.packets.append(packet)
        self.rows.append((pid, counts))
        self.counters[pid] += counts


def _stuffed(field_: bytes, missing: int) -> bytes:
    """An adaptation field that is `missing` bytes longer."""
    if field_:
        return bytes((field_[0] + missing,)) + field_[1:] + b"\xff" * missing
    return b"\0" if missing == 1 else bytes((missing - 1, 0)) + b"\xff" * (missing - 2)


def _section(table: int, number: int, body: bytes) -> bytes:
    head = bytes((table,)) + (0xB000 | len(body) + 9).to_bytes(2) + number.to_bytes(2) + b"\xc1\0\0"
    section = head + body
    return section + section_crc(section).to_bytes(4)


def _pmt_body(program: Program, descriptors: int) -> bytes:
    info = b""
    while descriptors > 0:
        size = min(descriptors, _MOST_IN_DESCRIPTOR)
        info += bytes((_PRIVATE_DESCRIPTOR, size)) + b"t" * size
        descriptors -= size
    body = (0xE000 | program.pcr_pid).to_bytes(2) + (0xF000 | len(info)).to_bytes(2) + info
    if program.encoding.video:
        body += _stream(program.encoding.video_type, program.pids.video)
    return body + _stream(program.encoding.audio_type, program.pids.audio)


def _stream(kind: int, pid: int) -> bytes:
    info = _AC3_REGISTRATION if kind == _AC3_TYPE else b""
    return bytes((kind,)) + (0xE000 | pid).to_bytes(2) + (0xF000 | len(info)).to_bytes(2) + info
