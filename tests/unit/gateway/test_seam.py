from tests.tools.clock import ManualClock
from tests.unit.gateway.rig import continuity_errors, flags_of, packets, pid_of
from tests.unit.gateway.test_inspector import inspected
from tunerr.gateway.inspector import AccessPoint, TsInspector
from tunerr.gateway.seam import Seam


def test_announces_each_pid_once_and_nothing_else_changes(samples):
    data = samples["h264"]
    points, inspector = inspected(data)
    cut = points[3][0]
    seam = Seam(inspector.pids)
    out, moved = b"", []
    for at in range(cut, len(data), 188 * 5):
        chunk, here = seam.mark(data[at : at + 188 * 5], [AccessPoint(0, b"")] if at == cut else [])
        moved += [len(out) + point.offset for point in here]
        out += chunk
    announced = [pid_of(packet) for packet in packets(out) if flags_of(packet) & 0x80]
    assert sorted(announced) == sorted(inspector.pids)
    assert b"".join(packet for packet in packets(out) if not flags_of(packet) & 0x80) == data[cut:]
    assert moved == [0]
    whole = data[: points[5][0]] + out
    assert continuity_errors(whole, excuse_flagged=True) == []
    assert continuity_errors(whole) != []
    strict = TsInspector(clock=ManualClock())
    strict.feed(whole)
    assert strict.continuity_errors == 0


def test_access_points_move_with_what_is_inserted_before_them():
    packet = bytes([0x47, 1, 0, 0x10]).ljust(188, b"\0")
    other = bytes([0x47, 1, 1, 0x10]).ljust(188, b"\0")
    chunk, points = Seam({256, 257}).mark(packet + other + packet, [AccessPoint(188, b"x"), AccessPoint(376, b"y")])
    assert [pid_of(one) for one in packets(chunk)] == [256, 256, 257, 257, 256]
    assert points == (AccessPoint(376, b"x"), AccessPoint(752, b"y"))


def test_without_an_earlier_source_the_chunk_is_passed_on():
    chunk = bytes(188)
    assert Seam(()).mark(chunk, [])[0] is chunk
