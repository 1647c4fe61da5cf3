"""What the lineup documents tell of the streams, and status.json of the tuners."""

import time
from dataclasses import replace

import orjson
import pytest
from lxml import etree

from tests.unit.outputs.faces import ROWS, channel, lineup
from tests.unit.outputs.test_hdhr_http import DEVICE, SECOND, Face
from tunerr.model.carried import Carried, CarriedBook
from tunerr.model.channel import ChannelId
from tunerr.model.numbers import GuideNumber
from tunerr.model.status import Client, TunerStatus
from tunerr.outputs.hdhr import documents

BASE = "http://192.0.2.2:5004"
FIRST = ROWS[0].channel.id


def row(carried, one=ROWS[0]):
    (made,) = orjson.loads(documents.lineup_json([one], BASE, seen=CarriedBook({one.channel.id: carried})))
    return made


@pytest.mark.parametrize(
    ("carried", "told"),
    [
        (Carried("h264", "aac", 1920, 1080), {"VideoCodec": "H264", "AudioCodec": "AAC", "HD": 1}),
        (Carried("hevc", "eac3", 1280, 720), {"VideoCodec": "HEVC", "AudioCodec": "EAC3", "HD": 1}),
        (Carried("mpeg2", "mp2", 720, 576), {"VideoCodec": "MPEG2", "AudioCodec": "MPEG"}),
        (Carried("mpeg2", "ac3", 1280, 719), {"VideoCodec": "MPEG2", "AudioCodec": "AC3"}),
        (Carried("", "aac_latm"), {"AudioCodec": "AAC"}),
        (Carried("h264", "", 0, 0), {"VideoCodec": "H264"}),
        (Carried("av1", "opus", 3840, 2160), {"HD": 1}),
        (Carried(), {}),
    ],
)
def test_H07_codecs_and_hd_are_told_by_the_words_and_types_of_the_hardware(carried, told):
    made = row(carried)
    rest = {"GuideNumber": "1", "GuideName": "One", "URL": f"{BASE}/auto/v1"}
    assert made == rest | told
    assert all(type(made[flag]) is int for flag in ("HD",) if flag in made)


def test_fields_come_in_the_hardwares_order():
    assert list(row(Carried("h264", "aac", 1920, 1080), ROWS[2])) == [
        "GuideNumber",
        "GuideName",
        "VideoCodec",
        "AudioCodec",
        "HD",
        "Favorite",
        "URL",
    ]


@pytest.fixture
async def face():
    rows = (*ROWS, channel("1001", "Late", device=2))
    async with Face(lineup(rows=rows), devices=(DEVICE, SECOND)).open() as opened:
        yield opened


def see(face, channel_id, carried):
    face.carried.publish(face.carried.current.with_seen(channel_id, carried))


async def test_H07_what_is_seen_shows_in_json_and_xml_at_once_and_numbers_and_urls_stay(face):
    before = await face.json("/lineup.json")
    see(face, FIRST, Carried("h264", "ac3", 1920, 1080))
    rows = await face.json("/lineup.json")
    assert rows[0] == before[0] | {"VideoCodec": "H264", "AudioCodec": "AC3", "HD": 1}
    assert rows[1:] == before[1:]
    root = etree.fromstring((await face.get("/lineup.xml"))[1])
    assert [{field.tag: field.text for field in program} for program in root.findall("Program")] == [
        {name: str(value) for name, value in one.items()} for one in rows
    ]


async def test_a_device_renders_anew_only_what_changed_on_it(face, monkeypatch):
    rendered = []

    def counted(name):
        render = getattr(documents, name)

        def count(rows, base, **options):
            rendered.append((name, base.removeprefix(face.base)))
            return render(rows, base, **options)

        monkeypatch.setattr(documents, name, count)

    async def poll():
        rendered.clear()
        for path in ("/lineup.json", "/lineup.m3u", "/device/2/lineup.json"):
            await face.get(path)
        return list(rendered)

    for name in ("lineup_json", "lineup_m3u"):
        counted(name)
    assert len(await poll()) == 3
    assert await poll() == []
    see(face, FIRST, Carried("h264", "aac", 1920, 1080))
    assert await poll() == [("lineup_json", "")]
    see(face, ChannelId("dna-elsewhere"), Carried("h264"))
    assert await poll() == []
    see(face, channel("1001", "Late").channel.id, Carried("hevc"))
    assert await poll() == [("lineup_json", "/device/2")]
    see(face, FIRST, Carried("h264", "aac", 1920, 1080))
    assert await poll() == []


def test_asking_whether_a_device_changed_costs_little_however_many_were_seen():
    book = CarriedBook({ChannelId(f"dna-{number}"): Carried("h264") for number in range(5000)})
    for number in range(5000):
        book = book.with_seen(ChannelId(f"dna-{number}"), Carried("hevc")) if number % 10 == 0 else book
    began = time.process_time()
    for _ in range(1000):
        assert book.version_of(lambda _: True) == 500
    assert time.process_time() - began < 0.1


ACTIVE = TunerStatus(
    2,
    number=GuideNumber.parse("5.1"),
    name="Five",
    clients=(Client("192.0.2.7", "Lavf/60"),),
    state="live",
    bits_per_second=4_000_000,
    symbol_quality=70,
)


def test_H15_reserved_tuners_name_who_has_them_and_others_nobody():
    idle, reserved = documents.tuners([TunerStatus(0), TunerStatus(1, reserved_by="192.0.2.9")])
    assert idle == {"Resource": "tuner0"}
    assert reserved == {"Resource": "tuner1", "TargetIP": "192.0.2.9"}


@pytest.mark.parametrize(("state", "signal"), [("live", 100), ("opening", 0), ("switching", 0), ("slate", 0)])
def test_H15_the_signal_is_that_of_a_source_that_plays(state, signal):
    (row,) = documents.tuners([replace(ACTIVE, state=state)])
    assert (row["SignalStrengthPercent"], row["SignalQualityPercent"]) == (signal, signal)
    assert (row["SymbolQualityPercent"], row["NetworkRate"]) == (70, 4_000_000)
    assert (row["VctNumber"], row["VctName"], row["TargetIP"]) == ("5.1", "Five", "192.0.2.7")
    assert row["Resource"] == "tuner2"
