import json
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.hdhr_device import Device
from tunerr.errors import ContentError, EmptyPlaylist, NotADevice, Truncated
from tunerr.providers.definition import define
from tunerr.providers.entry import Entry, Reason, Skipped
from tunerr.providers.hdhr.device import read_device
from tunerr.providers.hdhr.lineup import channels
from tunerr.providers.probe import targets_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(*rows):
    return list(channels(orjson.dumps(rows)))


def row(**more):
    return {"GuideNumber": "5.1", "GuideName": "WABC", "URL": "http://192.168.1.20:5004/auto/v5.1", **more}


def test_a_device_says_what_it_is_and_keeps_its_secret():
    device = read_device(orjson.dumps(Device().discover))
    assert device._asdict() == {
        "device_id": "1050AAAA",
        "name": "HDHomeRun CONNECT",
        "model": "HDHR4-2US",
        "firmware": "hdhomerun4_atsc 20230713",
        "tuners": 4,
    }
    account = device.account(source="roof", asked_at=NOW)
    assert (account.source, account.max_connections, account.status) == ("roof", 4, "active")
    assert account.message == "HDHomeRun CONNECT (HDHR4-2US)"
    assert "hunter2" not in repr((device, account))


@pytest.mark.parametrize(("said", "tuners"), [("3", 3), (0, None), (None, None), ("many", None), (-1, None)])
def test_tuners_that_are_not_said_are_not_known(said, tuners):
    assert read_device(orjson.dumps({"DeviceID": "1050AAAA", "TunerCount": said})).tuners == tuners


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>Router login</html>", NotADevice),
        (b"", NotADevice),
        (b"[]", NotADevice),
        (b'{"user_info": {"auth": 1}}', NotADevice),
        (b'{"DeviceID": "1050', Truncated),
    ],
)
def test_what_is_no_device_is_told(body, error):
    with pytest.raises(error) as caught:
        read_device(body)
    assert caught.value.hint


def test_a_channel_wants_the_number_that_it_has():
    (found,) = read(row(VideoCodec="MPEG2", AudioCodec="AC3", HD=1, Favorite=1, Tags="favorite"))
    assert (found.name, found.chno, found.url) == ("WABC", "5.1", "http://192.168.1.20:5004/auto/v5.1")
    assert (found.tvg_id, found.group, found.radio, found.headers) == ("", "", False, ())


def test_sound_alone_is_radio():
    found = [one.radio for one in read(row(AudioCodec="AAC"), row(AudioCodec="AAC", VideoCodec="H264"), row())]
    assert found == [True, False, False]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"DRM": 1}, Reason.PROTECTED),
        ({"Tags": "favorite,drm"}, Reason.PROTECTED),
        ({"URL": None}, Reason.NO_ADDRESS),
        ({"URL": "  "}, Reason.NO_ADDRESS),
        ({"URL": "auto/v5.1"}, Reason.NOT_AN_ADDRESS),
        ({"URL": "http://[::1"}, Reason.NOT_AN_ADDRESS),
        ({"URL": "http://a b/1"}, Reason.NOT_AN_ADDRESS),
        ({"URL": "rtsp://192.168.1.20/1"}, Reason.UNSUPPORTED),
    ],
)
def test_a_row_that_can_t_be_shown_says_why(more, reason):
    assert read(row(**more)) == [Skipped(reason, "WABC")]


def test_odd_rows_are_read_as_far_as_they_go():
    found = read("text", row(GuideName="", GuideNumber=7), row(GuideNumber="a.b"), row(GuideName="A\x00B"))
    assert [(one.name, one.chno) for one in found] == [("Channel 7", "7"), ("WABC", ""), ("A B", "5.1")]


def test_a_device_without_channels_is_told():
    with pytest.raises(EmptyPlaylist, match="no channels"):
        read()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["GuideNumber", "GuideName", "URL", "DRM", "Tags", "DeviceID"]), inner)
    ),
    max_leaves=8,
)


@settings(derandomize=True, max_examples=200)
@given(st.lists(JSON, max_size=3).map(lambda rows: json.dumps(rows).encode()) | st.binary(max_size=60))
def test_no_answer_breaks_the_reading(body):
    for reading in (lambda: list(channels(body)), lambda: [read_device(body)]):
        try:
            found = reading()
        except (ContentError, Truncated):
            continue
        assert all(one.name is not None for one in found)
        assert all(one.url.startswith("http") for one in found if isinstance(one, Entry))


def test_a_device_is_a_source_of_channels_and_of_a_guide_when_it_has_one():
    document = {"type": "hdhr", "url": "http://192.168.1.20/", "country": "us"}
    (source,) = define("roof", document).sources("roof")
    assert (source.device, source.kind, source.location.reveal()) == (True, "playlist", "http://192.168.1.20")
    assert (source.timeout, source.country, source.max_streams) == (30.0, "us", None)
    _, guide = define("roof", document | {"guide": True}).sources("roof")
    assert (guide.id, guide.kind, guide.location.reveal()) == ("roof-guide", "guide", "http://192.168.1.20/guide.xml")
    assert targets_of([source, guide]) == ()
