from hypothesis import given, settings
from hypothesis import strategies as st

from tunerr.gateway.psi import Kind, Pat, SectionReader, parse_pat, parse_pmt, program_of
from tunerr.gateway.ts import payload_offset, section_crc, section_packets


def section(table, extension, body, *, current=True):
    length = len(body) + 9
    head = bytes([table, 0xB0 | length >> 8, length & 0xFF, extension >> 8, extension & 0xFF, 0xC0 | current, 0, 0])
    return head + body + section_crc(head + body).to_bytes(4, "big")


def stream(stream_type, pid, descriptors=b""):
    return (
        bytes([stream_type, 0xE0 | pid >> 8, pid & 0xFF, 0xF0 | len(descriptors) >> 8, len(descriptors) & 0xFF])
        + descriptors
    )


def pmt(*streams, program=1, pcr=256, info=b""):
    return section(2, program, bytes([0xE0 | pcr >> 8, pcr & 0xFF, 0xF0, len(info)]) + info + b"".join(streams))


def read(reader, data):
    found = []
    for at in range(0, len(data), 188):
        packet = data[at : at + 188]
        found += reader.feed(packet[payload_offset(packet) :], starts=bool(packet[1] & 0x40))
    return found


def test_pat_gives_its_programs_and_skips_the_network():
    body = bytes([0, 0, 0xE0, 0x10, 0, 7, 0xF0, 0x00, 0, 8, 0xE1, 0x01])
    assert parse_pat(section(0, 515, body)) == Pat(515, ((7, 0x1000), (8, 0x101)))
    assert parse_pat(section(0, 1, body, current=False)) is None
    assert parse_pat(section(0, 1, body)[:-1] + b"x") is None
    assert parse_pat(section(0, 1, body[:4])) is None
    assert parse_pat(section(0, 1, bytes([0, 7, 0xE0, 0x00, 0, 8, 0xFF, 0xFF]))) is None  # PIDs that no PMT can have
    assert parse_pat(b"") is None


def test_the_crc_is_that_of_the_standard():
    assert section_crc(b"123456789") == 0x0376E6E7


def test_pmt_names_codecs():
    layout = parse_pmt(
        pmt(
            stream(0x1B, 256), stream(0x24, 257), stream(0x0F, 258), stream(0x81, 259),
            stream(0x06, 260, b"\x0a\x04eng\0\x6a\x01\0"), stream(0x06, 261, b"\x05\x04Opus"),
            stream(0x06, 262, b"\x59\x08eng\x10\0\1\0\1"), stream(0x86, 263), info=b"\x09\x01\0",
        ), 4096, 9)  # fmt: skip
    assert [(entry.pid, entry.kind, entry.codec) for entry in layout.streams] == [
        (256, Kind.VIDEO, "h264"), (257, Kind.VIDEO, "hevc"), (258, Kind.AUDIO, "aac"), (259, Kind.AUDIO, "ac3"),
        (260, Kind.AUDIO, "ac3"), (261, Kind.AUDIO, "opus"), (262, Kind.OTHER, ""), (263, Kind.OTHER, ""),
    ]  # fmt: skip
    assert (layout.pcr_pid, layout.pmt_pid) == (256, 4096)


def test_a_layout_keeps_its_section_its_program_and_its_transport_stream():
    whole = pmt(stream(0x1B, 256), program=2)
    layout = parse_pmt(whole, 4097, 9)
    assert (layout.section, layout.program, layout.pmt_pid, layout.transport_stream) == (whole, 2, 4097, 9)
    assert program_of(whole) == 2
    assert program_of(section(0, 2, b"")) is None
    assert parse_pmt(section(2, 2, whole[8:-4], current=False), 4097, 9) is None
    assert parse_pmt(whole[:-1] + bytes([whole[-1] ^ 1]), 4097, 9) is None


def test_languages():
    layout = parse_pmt(
        pmt(stream(0x0F, 256, b"\x0a\x04ENG\0"), stream(0x06, 257, b"\x52\x01\x02\x0a\x04deu\1\x6a\x01\0"),
            stream(0x0F, 258), stream(0x0F, 259, b"\x0a\x04\0\xff\0\0"), stream(0x0F, 260, b"\x0a\x04e")),
        4096, 1)  # fmt: skip
    assert [entry.language for entry in layout.streams] == ["eng", "deu", "", "", ""]
    assert layout.streams[1].codec == "ac3"


def test_a_section_over_three_packets_comes_back_whole():
    long = pmt(*(stream(0x0F, 300 + number, b"\x0a\x04deu\0" * 6) for number in range(12)))
    packets = section_packets(4096, long, 2)
    assert len(packets) == 3 * 188
    assert [packets[at + 3] & 0xF for at in (0, 188, 376)] == [0, 1, 2]
    assert read(SectionReader(), packets + packets) == [long, long]


def test_a_table_longer_than_the_standard_allows_is_none():
    streams = [stream(0x1B, 0x100 + number) for number in range(203)]
    assert parse_pmt(pmt(*streams[:201]), 4096, 1) is not None
    assert parse_pmt(pmt(*streams), 4096, 1) is None, "work for each of 800 streams holds the loop"


def test_two_sections_in_one_packet_and_a_start_in_mid_packet():
    one, two = pmt(stream(0x1B, 256)), pmt(stream(0x0F, 257), program=2)
    reader = SectionReader()
    assert reader.feed(b"\0" + one + two + b"\xff" * 20, starts=True) == [one, two]
    assert reader.feed(b"\0" + one + two[:9], starts=True) == [one]
    assert reader.feed(bytes([len(two) - 9]) + two[9:] + one, starts=True) == [two, one]


def test_reading_that_begins_in_mid_section_waits_for_a_start():
    long = pmt(*(stream(0x0F, 300 + number) for number in range(60)))
    packets = section_packets(4096, long, 0)
    assert read(SectionReader(), packets[188:] + packets) == [long]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=184), st.booleans()), max_size=20), st.binary(max_size=200))
def test_rubbish_raises_nothing(payloads, rubbish):
    reader = SectionReader()
    for payload, starts in payloads:
        for found in reader.feed(payload, starts=starts):
            parse_pat(found)
            parse_pmt(found, 4096, 1)
            program_of(found)
    assert len(reader._buffer) <= 4096 + 184
    valid_crc = b"\x02\xb0\x50\0\1\xc1\0\0" + rubbish
    valid_crc += section_crc(valid_crc).to_bytes(4, "big")
    assert parse_pmt(valid_crc, 4096, 1) is not None or len(valid_crc) < 16
    parse_pat(b"\0" + valid_crc[1:])
