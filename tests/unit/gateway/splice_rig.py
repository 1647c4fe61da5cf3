"""Media for the splicer's tests and an independent judgement of what it made of them."""

import json
import subprocess
from collections import defaultdict
from functools import cache
from itertools import pairwise

from tests.tools.clock import ManualClock
from tests.tools.packet_walk import PACKET, crc32, packets_of, payload_of, pid_of, walk
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.packetizer import Packetizer
from tunerr.gateway.splicer import Splicer
from tunerr.gateway.timestamps import pcr_packet, read_pcr, read_pes, remove_pcr, shift_pes, write_pcr
from tunerr.gateway.ts import section_packets

_VIDEO = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25")
_SOUND = ("-f", "lavfi", "-i", "sine=f=440:r=48000")
_H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", "700k", "-g", "25")
_AAC = ("-c:a", "aac", "-ac", "2")
_TS = ("-f", "mpegts")

MEDIA = {
    "h264": (*_VIDEO, *_SOUND, *_H264, "-bf", "2", *_AAC, *_TS),
    "h264 plain": (*_VIDEO, *_SOUND, *_H264, "-bf", "0", *_AAC, *_TS),
    "short sounds": (*_VIDEO, *_SOUND, *_H264, "-bf", "2", *_AAC, *_TS, "-pes_payload_size", "700"),
    "other pids": (*_VIDEO, *_SOUND, *_H264, "-bf", "2", *_AAC, *_TS, "-mpegts_start_pid", "0x321",
                   "-mpegts_pmt_start_pid", "0x100", "-output_ts_offset", "5000"),
    "open gop": (*_VIDEO, *_SOUND, *_H264, "-x264-params", "open-gop=1:bframes=2:b-adapt=0:keyint=25:scenecut=0",
                 *_AAC, *_TS),
    "mpeg2": (*_VIDEO, *_SOUND, "-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-b:v", "1200k", "-c:a", "mp2", *_TS),
    "hevc": (*_VIDEO, *_SOUND, "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-x265-params",
             "log-level=none:keyint=25:bframes=2:open-gop=1", "-b:v", "600k", *_AAC, *_TS),
    "ac3": (*_VIDEO, *_SOUND, *_H264, "-bf", "1", "-c:a", "ac3", *_TS),
    "radio": (*_SOUND, "-c:a", "mp2", "-b:a", "128k", *_TS),
    "slow mux": (*_VIDEO, *_SOUND, *_H264, "-bf", "2", *_AAC, *_TS, "-muxdelay", "1.6", "-muxpreload", "1.6"),
    "cbr": (*_VIDEO, *_SOUND, *_H264, "-bf", "2", *_AAC, *_TS, "-muxrate", "2000k"),
}  # fmt: skip


@cache
def media(name, seconds=4):
    """An encoded stream of test picture and tone."""
    command = ["ffmpeg", "-v", "error", "-nostdin", *MEDIA[name], "pipe:1"]
    command[-1:-1] = ["-t", str(seconds)]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def restamped(data, ticks, *, after=0):
    """The stream with `ticks` of 90 kHz added to all stamps from packet `after` on."""
    changed = bytearray(data)
    for at in range(after * PACKET, len(changed), PACKET):
        packet = memoryview(changed)[at : at + PACKET]
        pcr = read_pcr(packet)
        if pcr is not None:
            write_pcr(packet, pcr + ticks * 300)
        header = read_pes(packet) if packet[1] & 0x40 else None
        if header is not None:
            shift_pes(packet, header, ticks)
    return bytes(changed)


def pmt_of(data):
    """PID and section of the PMT."""
    found = [payload_of(packet) for packet in packets_of(data) if pid_of(packet) == 0]
    pmt_pid = (found[0][11] & 0x1F) << 8 | found[0][12]
    body = next(payload_of(packet) for packet in packets_of(data) if pid_of(packet) == pmt_pid)
    return pmt_pid, body[1 : 4 + ((body[2] & 0xF) << 8 | body[3])]


def with_pmt(data, section, *, after=0):
    """The stream with another PMT, whose CRC is made here, from packet `after` on."""
    pmt_pid, _ = pmt_of(data)
    size = len(section) - 3
    section = section[:1] + bytes([0xB0 | size >> 8, size & 0xFF]) + section[3:-4]
    table = section_packets(pmt_pid, section + crc32(section).to_bytes(4, "big"), 0)
    found = enumerate(packets_of(data))
    return b"".join(table if pid_of(one) == pmt_pid and at >= after else one for at, one in found)


def with_long_pmt(data):
    """Descriptors that make the PMT fill two packets."""
    _, section = pmt_of(data)
    noise = bytes([0x80, 250]) + bytes(250)
    info = (section[10] & 0xF) << 8 | section[11]
    return with_pmt(data, section[:10] + (0xF000 | info + len(noise)).to_bytes(2, "big") + noise + section[12:])


def with_own_pcr_pid(data, pid=0x1F0):
    """PCRs in packets of their own."""
    moved = []
    for one in packets_of(data):
        packet = bytearray(one)
        pcr = read_pcr(memoryview(packet))
        if pcr is not None:
            moved.append(pcr_packet(pid, pcr))
            remove_pcr(memoryview(packet))
        moved.append(bytes(packet))
    _, section = pmt_of(data)
    return with_pmt(b"".join(moved), section[:8] + (0xE000 | pid).to_bytes(2, "big") + section[10:])


def without_pcr(data):
    """The stream as a careless muxer writes it."""
    changed = bytearray(data)
    for at in range(0, len(changed), PACKET):
        packet = memoryview(changed)[at : at + PACKET]
        if read_pcr(packet) is not None:
            remove_pcr(packet)
    return bytes(changed)


def mapped(data, pids):
    """The stream with other PIDs; its tables are left alone."""
    changed = bytearray(data)
    for at in range(0, len(changed), PACKET):
        pid = pids.get((changed[at + 1] & 0x1F) << 8 | changed[at + 2])
        if pid is not None:
            changed[at + 1 : at + 3] = ((changed[at + 1] & 0xE0) << 8 | pid).to_bytes(2, "big")
    return bytes(changed)


class Feeder:
    """Sources as bytes in, pieces out; the inspector and packetizer are those of the product."""

    def __init__(self, splicer=None):
        self.splicer = splicer or Splicer()
        self.pieces = []
        self.most_held = 0

    def source(self, data, *, size=32_768):
        """All of one source; an earlier one has ended before it."""
        self.pieces += self.splicer.begin()
        self.more(data, Packetizer(), TsInspector(clock=ManualClock()), size=size)

    def more(self, data, packetizer, inspector, *, size=32_768):
        for at in range(0, len(data), size):
            for inspection in inspector.feed(packetizer.feed(data[at : at + size])):
                self.pieces += self.splicer.feed(inspection)
                self.most_held = max(self.most_held, self.splicer._held.bytes_from(self.splicer._held.first))

    def finish(self):
        self.pieces += self.splicer.finish()
        return b"".join(piece.data for piece in self.pieces)


def spliced(*sources, size=32_768):
    """The output for sources one after another, and the splicer."""
    feeder = Feeder()
    for data in sources:
        feeder.source(data, size=size)
    return feeder.finish(), feeder.splicer


def wire_complaints(data):
    """What a strict walk over the packets has against them."""
    seen = walk(data)
    limits = {"pcr_apart": 0.1, "pat_apart": 0.5, "pmt_apart": 0.5}
    complaints = [f"{name} {getattr(seen, name)}" for name, most in limits.items() if not getattr(seen, name) <= most]
    wrong = ("tail", "lost_sync", "continuity", "flags", "transport_errors", "nulls", "strays", "broken_sections",
             "pcr_back", "dts_back")  # fmt: skip
    complaints += [f"{name} {getattr(seen, name)}" for name in wrong if getattr(seen, name)]
    return complaints if seen.first == ("PAT", "PMT", "access point") else [*complaints, f"starts with {seen.first}"]


def decoding_complaints(data):
    """What ffmpeg says when it decodes all of it."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "mpegts", "-i", "pipe:0", "-map", "0", "-f", "null", "-"]
    return subprocess.run(command, input=data, capture_output=True, timeout=60, check=False).stderr.decode()


def probe(data):
    """DTS (or PTS) of every PES packet as ffprobe reads it, by PID."""
    entries = "packet=stream_index,dts,pts:stream=index,id,codec_type"
    command = ["ffprobe", "-v", "error", "-f", "mpegts", "-show_entries", entries, "-of", "json", "pipe:0"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)
    found = json.loads(done.stdout)
    pids = {stream["index"]: (stream["codec_type"], int(stream["id"], 0)) for stream in found["streams"]}
    stamps = defaultdict(list)
    for packet in found["packets"]:
        stamps[pids[packet["stream_index"]]].append((packet.get("dts"), packet.get("pts")))
    return dict(stamps), done.stderr.decode()


def stamp_complaints(data, *, gap=None):
    """DTS that do not rise on their PID; in pictures also steps over `gap` seconds."""
    stamps, errors = probe(data)
    complaints = [errors] if errors else []
    for (kind, pid), found in stamps.items():
        decoded = [one for one, _ in found]
        if None in decoded:
            complaints.append((kind, pid, "no DTS", decoded.index(None), len(decoded)))
            continue
        steps = [(later - earlier, at) for at, (earlier, later) in enumerate(pairwise(decoded))]
        complaints += [(kind, pid, "DTS", step / 90_000, at) for step, at in steps if step <= 0]
        if kind == "video" and gap is not None:
            complaints += [(kind, pid, "gap", step / 90_000, at) for step, at in steps if step > gap * 90_000]
    return complaints


def complaints(data, *, gap=None):
    """Everything that is wrong with an output."""
    return [*wire_complaints(data), *stamp_complaints(data, gap=gap), *decoding_complaints(data).splitlines()]
