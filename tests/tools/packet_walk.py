"""A strict walk over transport stream packets, written from ISO 13818-1 and sharing nothing with the product."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

PACKET = 188
SYNC = 0x47
NULL_PID = 0x1FFF
PCR_CLOCK = 27_000_000
PCR_WRAP = (1 << 33) * 300
PTS_WRAP = 1 << 33
VIDEO_TYPES = {0x01, 0x02, 0x10, 0x1B, 0x24}


@dataclass(frozen=True)
class Walk:
    """What the packets say. Times in seconds, by PCR; None where there were fewer than two of them.

    `continuity` are counters that are not the one expected, whatever discontinuity flags announced it and duplicates
    included. `first` are the kinds of the first packets: PAT, PMT, access point, or what came instead.
    """

    packets: int
    tail: int  # bytes after the last whole packet
    lost_sync: int
    continuity: tuple[str, ...]
    flags: int
    transport_errors: int
    scrambled: int
    nulls: int
    strays: tuple[int, ...]  # PIDs that PAT and PMT don't name
    broken_sections: int
    program: int | None  # number in the PAT
    first: tuple[str, ...]
    stream_types: tuple[tuple[int, ...], ...]  # of each PMT that differs from the one before
    seconds: float
    pat_apart: float | None  # the longest time without one
    pmt_apart: float | None
    pcr_apart: float | None
    pcr_back: int
    dts_back: tuple[str, ...]
    units: dict[int, int]  # PES packets begun, by PID


def packets_of(data):
    """`data` in pieces of 188 bytes; a part of one at the end is left out."""
    return [data[at : at + PACKET] for at in range(0, len(data) // PACKET * PACKET, PACKET)]


def pid_of(packet):
    return (packet[1] & 0x1F) << 8 | packet[2]


def payload_of(packet):
    if not packet[3] & 0x10:
        return b""
    return packet[5 + packet[4] :] if packet[3] & 0x20 else packet[4:]


def has_flag(packet, bit):
    """Whether the adaptation field has a flag: 0x80 discontinuity, 0x40 random access, 0x10 PCR."""
    return bool(packet[3] & 0x20 and packet[4] and packet[5] & bit)


def begins_unit(packet):
    return bool(packet[1] & 0x40)


def pcr_of(packet):
    """27 MHz ticks, or None."""
    if not has_flag(packet, 0x10) or packet[4] < 7:
        return None
    base = int.from_bytes(packet[6:10], "big") << 1 | packet[10] >> 7
    return base * 300 + ((packet[10] & 1) << 8 | packet[11])


def dts_of(packet):
    """90 kHz ticks of the PES packet that begins here (its PTS when it has no DTS), or None."""
    pes = payload_of(packet)
    if not begins_unit(packet) or pes[:3] != b"\0\0\1" or len(pes) < 19 or not pes[7] & 0x80:
        return None
    stamp = pes[14:19] if pes[7] & 0x40 else pes[9:14]
    return (stamp[0] >> 1 & 7) << 30 | stamp[1] << 22 | (stamp[2] >> 1) << 15 | stamp[3] << 7 | stamp[4] >> 1


def crc32(section):
    """CRC of ISO 13818-1 annex A; 0 over a section with its own CRC."""
    crc = 0xFFFFFFFF
    for byte in section:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def step(later, earlier, wrap):
    """How far a counter that wraps has moved, backwards is negative."""
    return (later - earlier + wrap // 2) % wrap - wrap // 2


@dataclass
class _Tables:
    """PAT and PMT as the packets bring them."""

    program: int | None = None
    pmt_pid: int | None = None
    pcr_pid: int | None = None
    types: dict[int, int] = field(default_factory=dict)  # stream type by PID
    seen: list[tuple[int, ...]] = field(default_factory=list)
    known: set[int] = field(default_factory=lambda: {0, NULL_PID})
    broken: int = 0
    _partial: dict[int, bytes] = field(default_factory=dict)

    def take(self, packet):
        pid, payload = pid_of(packet), payload_of(packet)
        if begins_unit(packet):
            self._partial[pid] = payload[1 + payload[0] :]
        elif pid in self._partial:
            self._partial[pid] += payload
        section = self._partial.get(pid, b"")
        if len(section) < 3 or len(section) < (size := 3 + ((section[1] & 0xF) << 8 | section[2])):
            return
        del self._partial[pid]
        if crc32(section[:size]):
            self.broken += 1
        elif section[0] == 0:
            self._programs(section[8 : size - 4])
        elif section[0] == 2:
            self._streams(section[:size])

    def _programs(self, rows):
        for at in range(0, len(rows), 4):
            if rows[at : at + 2] != b"\0\0":
                self.program = rows[at] << 8 | rows[at + 1]
                self.pmt_pid = (rows[at + 2] & 0x1F) << 8 | rows[at + 3]
                self.known.add(self.pmt_pid)
                return

    def _streams(self, section):
        self.pcr_pid = (section[8] & 0x1F) << 8 | section[9]
        at, self.types = 12 + ((section[10] & 0xF) << 8 | section[11]), {}
        while at < len(section) - 4:
            self.types[(section[at + 1] & 0x1F) << 8 | section[at + 2]] = section[at]
            at += 5 + ((section[at + 3] & 0xF) << 8 | section[at + 4])
        self.known |= {self.pcr_pid, *self.types}
        if not self.seen or self.seen[-1] != tuple(self.types.values()):
            self.seen.append(tuple(self.types.values()))


def _continuity(packets):
    """Every counter that is not the expected one, in words."""
    last = {}
    for index, packet in enumerate(packets):
        pid, counter = pid_of(packet), packet[3] & 0x0F
        if pid == NULL_PID:
            continue
        if pid in last:
            expected = (last[pid] + bool(packet[3] & 0x10)) & 0x0F
            if counter != expected:
                yield f"packet {index}, PID {pid}: {counter} instead of {expected}"
        last[pid] = counter


def is_access_point(packet, stream_type):
    """Whether decoding can start with the unit that begins in `packet`: flagged so, or it has SPS, VPS or sequence."""
    if not begins_unit(packet):
        return False
    if stream_type not in VIDEO_TYPES or has_flag(packet, 0x40):
        return True
    codes = {piece[0] for piece in payload_of(packet).split(b"\0\0\1")[2:] if piece}
    if stream_type == 0x1B:
        return bool({code & 0x1F for code in codes} & {5, 7})
    if stream_type == 0x24:
        return bool({code >> 1 & 0x3F for code in codes} & {*range(16, 24), 32, 33})
    return 0xB3 in codes


def _kind(packet, tables):
    pid = pid_of(packet)
    if pid in (0, tables.pmt_pid):
        return "PAT" if pid == 0 else "PMT"
    if pid not in tables.types:
        return f"PID {pid}"
    has_video = VIDEO_TYPES & set(tables.types.values())
    if has_video and tables.types[pid] not in VIDEO_TYPES:
        return f"PID {pid}"
    return "access point" if is_access_point(packet, tables.types[pid]) else "mid-unit"


def _opening(packets):
    """Kinds of the first packets up to the first with a payload of a stream; packets of one table count once."""
    kinds, tables = [], _Tables()
    for packet in packets[:50]:
        if not payload_of(packet):
            continue
        if pid_of(packet) in (0, tables.pmt_pid):
            tables.take(packet)
        kind = _kind(packet, tables)
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
        if kind not in ("PAT", "PMT"):
            break
    return tuple(kinds)


def _apart(times):
    return max((float(later - earlier) for earlier, later in pairwise(times)), default=None)


def _timestamps_back(packets, pids):
    """DTS that are not later than the one before on their PID, in words."""
    last = {}
    for index, packet in enumerate(packets):
        pid = pid_of(packet)
        stamp = dts_of(packet) if pid in pids else None
        if stamp is None:
            continue
        if pid in last and (moved := step(stamp, last[pid], PTS_WRAP)) <= 0:
            yield f"packet {index}, PID {pid}: {moved / 90:.0f} ms"
        last[pid] = stamp


def walk(data):
    """Walk over a recording; packets without their sync byte are counted, not repaired, and otherwise left out."""
    everything = packets_of(data)
    packets = [packet for packet in everything if packet[0] == SYNC]
    tables, starts, clock = _Tables(), defaultdict(list), []
    for index, packet in enumerate(packets):
        pid = pid_of(packet)
        if pid in (0, tables.pmt_pid):
            if begins_unit(packet):
                starts[pid].append(index)
            tables.take(packet)
        elif begins_unit(packet):
            starts[pid].append(index)
        if pid == tables.pcr_pid and (pcr := pcr_of(packet)) is not None:
            clock.append((index, pcr))
    ticks = np.cumsum([0, *(step(later[1], earlier[1], PCR_WRAP) for earlier, later in pairwise(clock))]) / PCR_CLOCK
    places = [index for index, _ in clock] or [0]

    def apart(pid):
        """Longest time without a table, from the first packet to the last."""
        return _apart([ticks[0], *np.interp(starts[pid], places, ticks), ticks[-1]])

    pids = [pid_of(packet) for packet in packets]
    return Walk(
        packets=len(everything),
        tail=len(data) % PACKET,
        lost_sync=len(everything) - len(packets),
        continuity=tuple(_continuity(packets)),
        flags=sum(has_flag(packet, 0x80) for packet in packets),
        transport_errors=sum(bool(packet[1] & 0x80) for packet in packets),
        scrambled=sum(bool(packet[3] & 0xC0) for packet in packets),
        nulls=pids.count(NULL_PID),
        strays=tuple(sorted(set(pids) - tables.known)),
        broken_sections=tables.broken,
        program=tables.program,
        first=_opening(packets),
        stream_types=tuple(tables.seen),
        seconds=float(max(ticks) - min(ticks)),
        pat_apart=apart(0),
        pmt_apart=apart(tables.pmt_pid),
        pcr_apart=_apart(ticks),
        pcr_back=int((np.diff(ticks) <= 0).sum()),
        dts_back=tuple(_timestamps_back(packets, tables.types)),
        units={pid: len(starts[pid]) for pid in tables.types},
    )


def without_tail(data):
    """`data` without the units that a viewer who left in their middle got in part: on each PID the last one begun."""
    packets = packets_of(data)
    last = {pid_of(packet): index for index, packet in enumerate(packets) if begins_unit(packet)}
    tables = _Tables()
    for packet in packets:
        if pid_of(packet) in (0, tables.pmt_pid):
            tables.take(packet)
    return b"".join(
        packet
        for index, packet in enumerate(packets)
        if pid_of(packet) not in tables.types or index < last.get(pid_of(packet), 0)
    )
