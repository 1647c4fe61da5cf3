"""Real playlists and guides, read from the folder beside the repository; skipped only where that is absent."""

import gzip
import random
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tools.until import until

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder with the real playlists is not here")


def by_name(lineup):
    return {row["GuideName"]: row["GuideNumber"] for row in lineup}


async def test_free_tv_gives_a_full_device_and_its_numbers_never_move(boot, tmp_path):
    playlist = tmp_path / "free-tv.m3u8"
    playlist.write_bytes((DATA / "free-tv.m3u8").read_bytes())
    env = {"IPTV_TUNERR_M3U_URL": str(playlist)}
    server = await boot(env=env)
    lineup = await server.json("/lineup.json")
    assert len(lineup) == 479
    assert "479" in server.log
    assert "left out" in server.log
    assert lineup[0]["GuideNumber"] == "1"
    numbers = by_name(lineup)
    assert server.stop() == 0

    restarted = await boot(env=env)
    assert by_name(await restarted.json("/lineup.json")) == numbers
    assert restarted.stop() == 0

    header, *lines = filter(None, playlist.read_text(encoding="utf-8").split("\n"))
    entries = list(zip(lines[::2], lines[1::2], strict=True))
    random.Random(7).shuffle(entries)
    playlist.write_text("\n".join([header, *(line for pair in entries for line in pair)]), encoding="utf-8")
    shuffled = await boot(env=env)
    assert by_name(await shuffled.json("/lineup.json")) == numbers


def today(guide):
    """The same guide with its times moved so that it begins today."""
    stamp = re.compile(r'(?<=")\d{14} [+-]\d{4}(?=")')
    first = min(datetime.strptime(text, "%Y%m%d%H%M%S %z") for text in stamp.findall(guide))
    shift = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - first
    return stamp.sub(lambda match: f"{datetime.strptime(match[0], '%Y%m%d%H%M%S %z') + shift:%Y%m%d%H%M%S %z}", guide)


async def test_pluto_links_every_channel_by_id(boot, provider):
    provider.publish("/pluto.m3u", (DATA / "plutotv-gb.m3u").read_bytes())
    guide = gzip.decompress((DATA / "plutotv-gb.xml.gz").read_bytes()).decode()
    provider.publish("/pluto.xml.gz", gzip.compress(today(guide).encode()))
    server = await boot(
        env={
            "IPTV_TUNERR_M3U_URL": provider.base + "/pluto.m3u",
            "IPTV_TUNERR_XMLTV_URL": provider.base + "/pluto.xml.gz",
        }
    )
    assert len(await server.json("/lineup.json")) == 195
    await until(lambda: "source=xmltv" in server.log, deadline=60)
    assert "195 of 195" in server.log

    async def linked():
        return b"iptv_tunerr_guide_linked_channels 195.0" in (await server.get("/metrics")).data

    await until(linked, what="the rendered guide")
    match = await server.json("/guide/lineup-match.json")
    assert match["summary"] == {"total": 195, "matched": 195, "unmatched": 0, "match_methods": {"id": 195}}
