"""What judges other than the product say about a recording: a packet walk, ffprobe, ffmpeg, tstools and VLC."""

import asyncio
import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.tools.clients import client, run
from tests.tools.ordinary import ordinary_home, vlc
from tests.tools.packet_walk import Walk, walk

# Seconds, by ETSI TR 101 290 (PAT, PMT) and ISO 13818-1, 2.7.2 (PCR).
LONGEST_TABLES = 0.5
LONGEST_PCR = 0.1
# A source may be without pictures for a while; ffprobe takes a clock that goes back for one that has wrapped.
LONGEST_VIDEO = 60.0
# VLC warns of these in its demuxer and clock; "too late" and "deadlock" only where it plays in real time.
_VLC_COMPLAINT = re.compile(
    r"discontinuity (received|indicator)|lost synchro|libdvbpsi error|strange dts|Broken stream|"
    r"PCR +is called too late|too late to be displayed|buffer deadlock|Timestamp conversion failed"
)
_VLC_SAW = re.compile(r"ts demux debug: +\* pid=\d+ |ts demux debug: new PMT")


@dataclass(frozen=True)
class Probe:
    """ffprobe's reading of the packets. `back` are DTS not later than the one before of their stream, in words."""

    codecs: tuple[str, ...]
    back: tuple[str, ...]
    video_seconds: float
    video_gap: float  # longest distance of two video DTS in seconds, 0 without video
    complaints: tuple[str, ...]


@dataclass(frozen=True)
class TsTools:
    """What `tsreport -buffering` counted."""

    continuity: int
    pcr_gaps: int  # over 0.1 s
    dts_back: int
    complaints: tuple[str, ...]  # sync lost and the like


@dataclass(frozen=True)
class StreamFacts:
    """One recording and what each judge said; `vlc` is None where VLC wasn't asked."""

    walk: Walk
    probe: Probe
    decode: tuple[str, ...]  # by `ffmpeg_errors`
    tstools: TsTools
    vlc: tuple[str, ...] | None = None

    def breaches(self):
        """Every rule of a strict stream that is broken, in words; empty is what a test wants."""
        return tuple(f"{name}: {found}" for name, found in self._rules().items() if found)

    def _rules(self):
        walked = self.walk
        return {
            "bytes after the last whole packet": walked.tail,
            "packets without sync byte": walked.lost_sync,
            "continuity errors": walked.continuity[:5],
            "discontinuity flags": walked.flags,
            "transport errors": walked.transport_errors,
            "scrambled packets": walked.scrambled,
            "null packets": walked.nulls,
            "PIDs outside PAT and PMT": walked.strays,
            "sections with a wrong CRC": walked.broken_sections,
            "does not begin with PAT, PMT, access point": walked.first if walked.first != _OPENING else None,
            "PAT apart": _over(walked.pat_apart, LONGEST_TABLES),
            "PMT apart": _over(walked.pmt_apart, LONGEST_TABLES),
            "PCR apart": _over(walked.pcr_apart, LONGEST_PCR),
            "PCR goes back": walked.pcr_back,
            "DTS goes back": walked.dts_back[:5],
            "ffprobe: DTS goes back": self.probe.back[:5],
            "ffprobe: video apart": _over(self.probe.video_gap, LONGEST_VIDEO),
            "ffprobe": self.probe.complaints[:5],
            "ffmpeg": self.decode[:5],
            "tsreport: continuity errors": self.tstools.continuity,
            "tsreport: PCR gaps": self.tstools.pcr_gaps,
            "tsreport: DTS goes back": self.tstools.dts_back,
            "tsreport": self.tstools.complaints[:5],
            "VLC": (self.vlc or ())[:5],
        }


_OPENING = ("PAT", "PMT", "access point")


def _over(seen, bound):
    """`seen` in words when it is over `bound` or was never seen."""
    if seen is None:
        return "never twice"
    return f"{seen:.3f} s" if seen > bound + 0.0005 else None  # half a millisecond for rounding of interpolated times


async def ffprobe(path):
    """ffprobe's packets of a file."""
    result = await run(
        client("ffprobe"), "-v", "warning", "-show_entries", "stream=index,codec_type,codec_name",
        "-show_entries", "packet=stream_index,dts", "-show_packets", "-of", "json", path,
    )  # fmt: skip
    assert result.status == 0, result.err
    seen = json.loads(result.out)
    streams = {stream["index"]: stream for stream in seen["streams"]}
    stamps = {index: [] for index in streams}
    for packet in seen["packets"]:
        if "dts" in packet:
            stamps[packet["stream_index"]].append(packet["dts"] / 90_000)
    back = [
        f"{streams[index]['codec_type']} at {earlier:.3f} s: {later - earlier:.3f} s"
        for index, times in stamps.items()
        for earlier, later in pairwise(times)
        if later <= earlier
    ]
    video = next((stamps[index] for index, row in streams.items() if row["codec_type"] == "video"), [])
    return Probe(
        codecs=tuple(row.get("codec_name", row["codec_type"]) for row in streams.values()),
        back=tuple(back),
        video_seconds=max(video) - min(video) if video else 0.0,
        video_gap=max((later - earlier for earlier, later in pairwise(video)), default=0.0),
        complaints=_lines(result.err, "corrupt"),
    )


async def ffmpeg_errors(path):
    """Errors of ffmpeg decoding all video and sound of a file, and its warnings of pictures it had to mend."""
    result = await run(
        client("ffmpeg"), "-nostdin", "-v", "level+warning", "-threads", "1", "-i", path,
        "-map", "0:v?", "-map", "0:a?", "-f", "null", "-",
    )  # fmt: skip
    # A picture without its end is concealed without an error; "corrupt decoded frame" is all that tells.
    return (
        *_lines(result.err, r"\[(error|fatal|panic)\]|corrupt"),
        *(() if result.status == 0 else (f"status {result.status}",)),
    )


async def tsreport(path):
    """tstools' counts of a file."""
    result = await run(client("tsreport"), "-buffering", path)
    found = re.search(r"PCRs found: \d+, Bad \(>\.1s\) gaps: (\d+)", result.out)
    counted = {
        name: sum(map(int, re.findall(rf"### {re.escape(name)} \* (\d+)", result.out)))
        for name in ("CC error", "DTS < prev DTS")
    }
    broken = _lines(result.out + result.err, r"### (TS packet starts|Error|tsreport)")
    return TsTools(
        continuity=counted["CC error"],
        pcr_gaps=int(found[1]) if found else 0,
        dts_back=counted["DTS < prev DTS"],
        complaints=broken if found or broken else (*broken, "tsreport found no PCR"),
    )


async def vlc_complaints(path, *, in_real_time=False):
    """VLC's complaints about a file: its demuxer's, at once, or a player's as well, in the time the file plays."""
    with ordinary_home() as home:
        playing = ("--aout", "dummy", "--vout", "dummy") if in_real_time else ("--sout", "#std{access=dummy,mux=ts}")
        data = await asyncio.to_thread(Path(path).read_bytes)
        result = await vlc(home, *playing, "fd://0", stdin=data, deadline=600)
    assert _VLC_SAW.search(result.err), f"VLC saw no transport stream:\n{result.err[-2000:]}"
    return _lines(result.err, _VLC_COMPLAINT.pattern)


async def judge(path, *, vlc=False):
    """All judges on one recording, one after the other."""
    walked = await asyncio.to_thread(lambda: walk(Path(path).read_bytes()))
    return StreamFacts(
        walk=walked,
        probe=await ffprobe(path),
        decode=await ffmpeg_errors(path),
        tstools=await tsreport(path),
        vlc=await vlc_complaints(path) if vlc else None,
    )


def _lines(text, wanted):
    return tuple(line.strip() for line in text.splitlines() if re.search(wanted, line))
