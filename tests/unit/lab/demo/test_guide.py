from datetime import UTC, datetime, timedelta
from itertools import pairwise

from lxml import etree

from tests.tools.clients import client, run
from tunerr.lab.demo.channels import CHANNELS
from tunerr.lab.demo.guide import FUTURE, PAST, render_guide

NOW = datetime(2026, 11, 21, 23, 15, tzinfo=UTC)


def programmes(document, channel):
    return [
        (
            datetime.strptime(programme.get("start"), "%Y%m%d%H%M%S %z"),
            datetime.strptime(programme.get("stop"), "%Y%m%d%H%M%S %z"),
            programme,
        )
        for programme in etree.fromstring(document).iterfind("programme")
        if programme.get("channel") == channel.tvg_id
    ]


def test_every_channel_is_covered_without_gaps_from_yesterday_to_six_days_ahead():
    document = render_guide(NOW)
    for channel in CHANNELS:
        shows = programmes(document, channel)
        assert shows[0][0] <= NOW - PAST < shows[0][1]
        assert shows[-1][0] < NOW + FUTURE <= shows[-1][1]
        assert all(earlier[1] == later[0] for earlier, later in pairwise(shows))
        assert all(start < stop for start, stop, _ in shows)


def test_two_days_agree_about_the_time_that_both_tell():
    def by_start(now):
        return {
            (channel.slug, start): etree.tostring(show, with_tail=False)
            for channel in CHANNELS
            for start, _, show in programmes(render_guide(now), channel)
        }

    today, tomorrow = by_start(NOW), by_start(NOW + timedelta(days=1))
    shared = today.keys() & tomorrow.keys()
    assert len(shared) > 0.8 * len(today)
    assert all(today[key] == tomorrow[key] for key in shared)


def test_titles_are_varied_and_series_are_numbered():
    document = render_guide(NOW)
    for channel in CHANNELS:
        shows = [show for _, _, show in programmes(document, channel)]
        assert len({show.findtext("title") for show in shows}) >= 5
        assert len({(show.findtext("title"), show.findtext("sub-title")) for show in shows}) >= 10
        for show in shows:
            assert show.findtext("desc")
            assert show.find("category") is not None
            assert (show.find("episode-num[@system='xmltv_ns']") is None) == (show.find("sub-title") is None)


async def test_the_guide_is_valid_for_xmllint(tmp_path):
    dtd = "/usr/share/xmltv/xmltv.dtd"
    client("tv_validate_file")  # its package brings the DTD
    guide = tmp_path / "guide.xml"
    guide.write_bytes(render_guide(NOW))
    result = await run(client("xmllint"), "--noout", "--nowarning", "--dtdvalid", dtd, guide)
    assert result.status == 0, result.err


async def test_the_guide_is_valid_for_tv_validate_file(tmp_path):
    guide = tmp_path / "guide.xml"
    guide.write_bytes(render_guide(NOW))
    result = await run(client("tv_validate_file"), guide, env={"XMLTV_SUPPLEMENT": "/usr/share/xmltv"})
    assert result.status == 0, result.err
