"""Transport stream packets that a test makes itself."""

from tests.tools.packet_walk import packets_of
from tests.unit.gateway.test_psi import pmt, section
from tunerr.gateway.ts import section_packets

FIRST_VIDEO_FRAME = bytes([0, 0, 1, 0xE0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1])


def packets(data):
    """The packets of an aligned stream; fails when it is none."""
    whole = packets_of(data)
    assert whole
    assert len(whole) * 188 == len(data)
    assert all(packet[0] == 0x47 for packet in whole)
    return whole


def packet(pid, body=b"", *, counter=0, start=False, flags=None, pcr=None, scrambled=False):
    """One packet; `pcr` in 27 MHz ticks. Without a body it has no payload."""
    field = b""
    if flags or pcr is not None or len(body) < 184:
        room = 184 - len(body)
        content = b""
        if room > 1:
            content = bytes([(flags or 0) | (0x10 if pcr is not None else 0)])
            if pcr is not None:
                content += ((pcr // 300) << 15 | 0x3F << 9 | pcr % 300).to_bytes(6, "big")
        assert len(content) < room
        field = bytes([room - 1]) + content.ljust(room - 1, b"\xff")
    control = (0x20 if field else 0) | (0x10 if body else 0) | counter & 0xF | (0x80 if scrambled else 0)
    return bytes([0x47, (0x40 if start else 0) | pid >> 8, pid & 0xFF, control]) + field + body


def pes(pid, elementary, counter=0, **options):
    """One packet that starts a PES."""
    return packet(pid, FIRST_VIDEO_FRAME + elementary, counter=counter, start=True, **options)


def pat(programs, transport_stream=1):
    entries = (bytes([number >> 8, number & 0xFF, 0xE0 | pid >> 8, pid & 0xFF]) for number, pid in programs.items())
    return section(0, transport_stream, b"".join(entries))


def tables(*streams, pmt_pid=4096, **options):
    """PAT and PMT of one program."""
    return section_packets(0, pat({1: pmt_pid}), 0) + section_packets(pmt_pid, pmt(*streams, **options), 0)


def without_random_access_flags(data):
    bare = bytearray(data)
    for at in range(0, len(bare), 188):
        if bare[at + 3] & 0x20 and bare[at + 4]:
            bare[at + 5] &= ~0x40
    return bytes(bare)
