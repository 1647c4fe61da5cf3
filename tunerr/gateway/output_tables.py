"""PAT and PMT of the stream that viewers see."""

from __future__ import annotations

from dataclasses import replace

from tunerr.gateway.psi import Kind, Layout
from tunerr.gateway.ts import NULL_PID, PAT_PID, section_crc, section_packets

_VERSIONS = 32


def output_layout(source: Layout, before: Layout | None) -> Layout:
    """The layout in which `source` is passed on, its own PIDs and descriptors.

    `before` is the one so far: program, transport stream and, unless a stream of the source has that PID, the PMT's
    PID stay, and the version counts up. A program without PCR gets one on its first stream.
    """
    section = bytearray(source.section[:-4])
    pcr_pid = source.pcr_pid
    main = source.first(Kind.VIDEO) or source.first(Kind.AUDIO)
    if pcr_pid == NULL_PID and main is not None:
        pcr_pid = main.pid
        section[8:10] = (0xE000 | pcr_pid).to_bytes(2, "big")
    layout = replace(source, pcr_pid=pcr_pid)
    if before is not None:
        version = (_version(before.section) + 1) % _VERSIONS
        section[3:5] = before.program.to_bytes(2, "big")
        section[5] = section[5] & 0xC1 | version << 1
        taken = {pcr_pid, *(stream.pid for stream in source.streams)}
        layout = replace(
            layout,
            program=before.program,
            transport_stream=before.transport_stream,
            pmt_pid=source.pmt_pid if before.pmt_pid in taken else before.pmt_pid,
        )
    return replace(layout, section=_with_crc(bytes(section)))


def table_packets(layout: Layout) -> tuple[bytes, ...]:
    """PAT and PMT as packets; the PAT names this one program. Continuity counters are for others to set."""
    body = layout.transport_stream.to_bytes(2, "big") + bytes((0xC1 | _version(layout.section) << 1, 0, 0))
    entry = layout.program.to_bytes(2, "big") + (0xE000 | layout.pmt_pid).to_bytes(2, "big")
    pat = _with_crc(bytes((0, 0xB0, len(body + entry) + 4)) + body + entry)
    return section_packets(PAT_PID, pat, 0), section_packets(layout.pmt_pid, layout.section, 0)


def _version(section: bytes) -> int:
    return section[5] >> 1 & (_VERSIONS - 1)


def _with_crc(section: bytes) -> bytes:
    return section + section_crc(section).to_bytes(4, "big")
