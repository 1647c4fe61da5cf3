import pytest

from tests.tools.clock import ManualClock
from tests.unit.gateway.test_psi import stream
from tests.unit.gateway.ts_rig import pes, tables
from tunerr.gateway import content_watch
from tunerr.gateway.content_watch import ContentWatch
from tunerr.gateway.inspector import TsInspector
from tunerr.model.carried import Carried

SEQUENCE = bytes.fromhex("000001b32d02403323ffe010000001b514820001 0000".replace(" ", ""))  # 720 x 576
PICTURE = b"\0\0\1\0\0\x08"
VIDEO, SOUND = stream(0x02, 256), stream(0x81, 257)


class Watched:
    def __init__(self):
        self.told = []
        self.watch = ContentWatch(self.told.append)
        self.inspector = TsInspector(clock=ManualClock(), patience=0)

    def feed(self, data, size=188 * 56):
        for at in range(0, len(data), size):
            for inspection in self.inspector.feed(data[at : at + size]):
                self.watch.take(inspection)

    def another(self):
        self.inspector = TsInspector(clock=ManualClock(), patience=0)


@pytest.mark.parametrize("size", [188 * 7, 188 * 349])
@pytest.mark.parametrize(
    ("name", "carried"),
    [
        ("h264", Carried("h264", "aac", 320, 180)),
        ("hevc", Carried("hevc", "aac", 320, 180)),
        ("mpeg2", Carried("mpeg2", "ac3", 320, 180)),
        ("refresh", Carried("h264", "", 320, 180)),
        ("two", Carried("h264", "aac", 320, 180)),
        ("radio", Carried("", "mp2")),
    ],
)
def test_each_source_is_told_of_once(samples, name, carried, size):
    watched = Watched()
    watched.feed(samples[name], size)
    assert watched.told == [carried]
    watched.another()
    watched.feed(samples[name], size)
    assert watched.told == [carried] * 2


def test_another_layout_is_told_of(samples):
    watched = Watched()
    watched.feed(samples["h264"][: 188 * 500])
    watched.feed(tables(VIDEO) + pes(256, SEQUENCE + PICTURE) * 2)
    assert watched.told == [Carried("h264", "aac", 320, 180), Carried("mpeg2", "", 720, 576)]


def test_a_size_that_is_told_later_is_waited_for_and_none_not_for_ever(monkeypatch):
    looks = []
    monkeypatch.setattr(content_watch, "picture_size", lambda *given: looks.append(given))
    watched = Watched()
    start = tables(VIDEO, SOUND)
    unit = [pes(256, SEQUENCE + PICTURE, counter=number) for number in range(16)]
    watched.feed(start + b"".join(unit) + b"".join(unit[:3]), 188)
    assert watched.told == []
    watched.feed(b"".join(unit[3:6]), 188)
    assert watched.told == [Carried("mpeg2", "ac3")]
    watched.feed(b"".join(unit[6:]), 188)
    assert len(looks) == 20


def test_scrambled_pictures_and_packets_without_tables_tell_nothing():
    watched = Watched()
    watched.feed(pes(256, SEQUENCE + PICTURE) + tables(VIDEO) + pes(256, SEQUENCE + PICTURE, scrambled=True))
    assert watched.told == []
