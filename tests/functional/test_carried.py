"""What a stream was seen to carry, in the lineup of the real program."""

import aiohttp
from lxml import etree

from tests.tools.media import PICTURE, TONE, ffmpeg
from tests.tools.origin import origin
from tests.tools.until import until

SEEN = {"VideoCodec": "H264", "AudioCodec": "AAC", "HD": 1}


def seen(row):
    return {name: row[name] for name in ("VideoCodec", "AudioCodec", "HD") if name in row}


async def test_H07_a_channel_that_was_played_tells_what_it_carries_also_after_a_restart(boot, tmp_path):
    hd = ("-vf", "scale=1280:720", "-c:v", "libx264", "-preset", "ultrafast", "-g", 25, "-c:a", "aac")
    ffmpeg(*PICTURE, *TONE, "-t", 10, *hd, "-f", "mpegts", tmp_path / "hd.ts")
    async with origin((tmp_path / "hd.ts").read_bytes(), 10) as provider:
        env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two")}
        server = await boot(env=env)
        before = await server.json("/lineup.json")

        async def edition():
            return (await server.get("/guide.xml")).headers.get("ETag")

        guide = await until(edition, deadline=90)
        assert [seen(row) for row in before] == [{}, {}]
        async with aiohttp.ClientSession() as session, session.get(before[1]["URL"]) as answer:
            assert (await answer.content.readexactly(188))[0] == 0x47

        async def told():
            return seen((await server.json("/lineup.json"))[1])

        await until(told, deadline=20)
        after = await server.json("/lineup.json")
        assert after == [before[0], before[1] | SEEN]
        programs = etree.fromstring((await server.get("/lineup.xml", headers={"Accept-Encoding": "identity"})).data)
        assert [program.findtext("VideoCodec") for program in programs] == [None, "H264"]
        assert await edition() == guide, "the lineup is the same one"
        assert server.stop() == 0
        server = await boot(env=env, port=server.port)
        assert await server.json("/lineup.json") == after
