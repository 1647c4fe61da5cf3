from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.gateway.ts_rig import packet, packets
from tunerr.gateway.continuity import Continuity
from tunerr.gateway.headers import Headers

PAYLOAD = st.integers(0, 2).map(lambda number: bytes([number]) * 150)
PACKETS = st.lists(
    st.builds(
        lambda pid, body, counter, flags: packet(pid, body, counter=counter, flags=flags),
        st.sampled_from([0, 256, 257, 0x1FFF]), PAYLOAD | st.just(b""), st.integers(0, 3),
        st.sampled_from([0, 0, 0, 0x80]),
    ), min_size=1, max_size=60,
)  # fmt: skip


def judged(data, sizes=()):
    """Absolute indices of broken and repeated packets."""
    continuity, broken, repeated, at = Continuity(), [], [], 0
    for size in (*sizes, len(data) // 188):
        chunk = data[at * 188 : (at + size) * 188]
        if chunk:
            found = continuity.feed(Headers(chunk))
            broken += [at + index for index in found[0]]
            repeated += [at + index for index in found[1]]
            at += len(chunk) // 188
    assert continuity.errors == len(broken)
    return broken, repeated


def by_the_book(data):
    """The same, one packet after the other."""
    last, broken, repeated = {}, [], []
    for index, whole in enumerate(packets(data)):
        pid, has_payload, counter = (whole[1] & 0x1F) << 8 | whole[2], whole[3] >> 4 & 1, whole[3] & 0xF
        body = whole[5 + whole[4] if whole[3] & 0x20 else 4 :] if has_payload else b""
        earlier_counter, earlier_body = last.get(pid, (None, b""))
        if pid != 0x1FFF and earlier_counter is not None and counter != (earlier_counter + has_payload) % 16:
            if has_payload and counter == earlier_counter and body == earlier_body:
                repeated.append(index)
            elif not (whole[3] & 0x20 and whole[4] and whole[5] & 0x80):
                broken.append(index)
        last[pid] = counter, body
    return broken, repeated


def row(*items):
    """Packets of one PID: counter, letter of the payload (none: no payload), flags."""
    return b"".join(
        packet(256, letter.encode() * 100 if letter else b"", counter=counter, flags=flags)
        for counter, letter, flags in items
    )


@settings(derandomize=True, max_examples=150, deadline=None)
@given(PACKETS, st.lists(st.integers(0, 9), max_size=20))
def test_whatever_the_cut_it_is_what_the_standard_says(whole, sizes):
    data = b"".join(whole)
    assert judged(data, sizes) == by_the_book(data)


def test_a_repeated_packet_is_one_with_the_same_payload():
    assert judged(row((1, "a", 0), (1, "a", 0), (2, "b", 0))) == ([], [1])
    assert judged(row((1, "a", 0), (1, "a", 0), (1, "a", 0), (2, "b", 0))) == ([], [1, 2])
    assert judged(row((1, "a", 0), (1, "b", 0))) == ([1], [])  # sixteen were lost


def test_a_packet_without_payload_does_not_count():
    assert judged(row((1, "a", 0), (1, "", 0), (1, "", 0), (2, "b", 0))) == ([], [])
    assert judged(row((1, "a", 0), (2, "", 0), (2, "b", 0))) == ([1, 2], [])


def test_an_announced_break_is_none():
    assert judged(row((1, "a", 0), (7, "b", 0x80), (8, "c", 0))) == ([], [])
    assert judged(row((1, "a", 0), (7, "b", 0), (8, "c", 0))) == ([1], [])


def test_packets_are_counted_by_pid():
    continuity = Continuity()
    continuity.feed(Headers(packet(256, b"a") * 3 + packet(9, b"a") + packet(256, b"a")))
    continuity.feed(Headers(packet(9, b"a") * 2))
    assert continuity.packets == {256: 4, 9: 3}
