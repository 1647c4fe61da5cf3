from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.clock import ManualClock
from tests.tools.packet_walk import PACKET, walk
from tests.unit.gateway.splice_rig import Feeder, media
from tunerr.gateway.inspector import TsInspector
from tunerr.gateway.packetizer import Packetizer

MOST_HELD = (4 << 20) + (1 << 18)
_GENTLY = settings(
    derandomize=True,
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_place = st.integers(0, 600_000)
_change = st.one_of(
    st.tuples(st.just("byte"), _place, st.integers(0, 255)),
    st.tuples(st.just("header"), _place, st.integers(0, 255)),
    st.tuples(st.just("remove"), _place, st.integers(1, 5000)),
    st.tuples(st.just("repeat"), _place, st.integers(1, 60)),
    st.tuples(st.just("garbage"), _place, st.binary(min_size=1, max_size=400)),
)


def changed(data, changes):
    mutable = bytearray(data)
    for kind, at, what in changes:
        at %= len(mutable)  # noqa: PLW2901 (a place in what is left)
        packet = at // PACKET * PACKET
        if kind == "byte":
            mutable[at] = what
        elif kind == "header":
            mutable[packet + 1 + at % 20] = what
        elif kind == "remove":
            del mutable[at : at + what]
        elif kind == "repeat":
            mutable[packet:packet] = mutable[packet : packet + what * PACKET]
        else:
            mutable[at:at] = what
    return bytes(mutable)


def check(feeder):
    out = feeder.finish()
    assert len(out) % PACKET == 0
    assert set(out[::PACKET]) <= {0x47}
    assert feeder.most_held <= MOST_HELD
    times = [piece.time for piece in feeder.pieces]
    assert times == sorted(times)
    if out:
        seen = walk(out)
        assert seen.continuity == ()
        assert seen.pcr_back == 0
    return out


@given(st.lists(_change, max_size=60), st.sampled_from(["h264", "mpeg2", "radio"]), st.integers(500, 60_000))
@_GENTLY
def test_damaged_streams_leave_as_sound_ones(changes, name, size):
    feeder = Feeder()
    feeder.source(changed(media(name)[:400_000], changes), size=size)
    feeder.source(media("h264")[200_000:400_000], size=size)
    assert check(feeder)


@given(st.lists(st.binary(min_size=183, max_size=187), max_size=40), st.lists(st.sampled_from([0, 256, 257, 4096])))
@_GENTLY
def test_random_packets_behind_real_tables_do_no_harm(bodies, pids):
    feeder = Feeder()
    packetizer, inspector = Packetizer(), TsInspector(clock=ManualClock())
    feeder.more(media("h264")[:60_000], packetizer, inspector)
    packets = [
        (bytes([0x47, 0x40 | pid >> 8, pid & 0xFF]) + body).ljust(PACKET, b"\0")[:PACKET]
        for pid, body in zip(pids, bodies, strict=False)
    ]
    feeder.more(b"".join(packets), packetizer, inspector)
    check(feeder)


def test_what_is_held_back_is_bounded():
    """A picture that never ends, without a clock."""
    data = media("h264")
    feeder = Feeder()
    packetizer, inspector = Packetizer(), TsInspector(clock=ManualClock())
    feeder.more(data[:60_000], packetizer, inspector)
    endless = b"".join(bytes([0x47, 1, 0, 0x10 | number & 15]) + bytes(184) for number in range(16))
    feeder.more(endless * 4000, packetizer, inspector, size=len(endless) * 20)
    assert feeder.most_held > 3 << 20
    check(feeder)
