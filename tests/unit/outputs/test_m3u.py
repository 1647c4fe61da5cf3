import aiohttp

from tests.unit.outputs.faces import ROWS, lineup, serving
from tunerr.outputs.m3u import render, routes
from tunerr.support.snapshot import Published


def guide_id(row):
    return f"C{row.number}.{row.channel.id}"


def test_playlist():
    lines = render(ROWS, "http://tv:5004", guide_id).decode().splitlines()
    assert lines[0] == '#EXTM3U url-tvg="http://tv:5004/guide.xml" x-tvg-url="http://tv:5004/guide.xml"'
    ids = [row.channel.id for row in ROWS]
    assert lines[2::2] == [f"http://tv:5004/stream/{identity}.ts" for identity in ids]
    assert lines[1::2] == [
        f'#EXTINF:-1 tvg-id="C1.{ids[0]}" tvg-chno="1" tvg-name="One",One',
        (
            f'#EXTINF:-1 tvg-id="C2.{ids[1]}" tvg-chno="2" tvg-name="Tom & \'Jerry\', <late> show" '
            "tvg-logo=\"http://logo.test/2.png\" group-title=\"Kids, 'small'\",Tom & 'Jerry' <late> show"
        ),
        f'#EXTINF:-1 tvg-id="C5.1.{ids[2]}" tvg-chno="5.1" tvg-name="Fünf",Fünf',
        f'#EXTINF:-1 tvg-id="C700.{ids[3]}" tvg-chno="700" tvg-name="Radio 7" radio="true",Radio 7',
    ]


async def test_served_to_a_client():
    served = []
    current = Published(None)
    pruned = set()
    made = routes(
        configured_base="",
        lineup=current,
        guide_id=guide_id,
        pruned=lambda: frozenset(pruned),
        on_lineup_served=served.append,
    )
    async with serving(made) as base, aiohttp.ClientSession() as session:
        async with session.get(f"{base}/live.m3u") as answer:
            assert (answer.status, await answer.read()) == (503, b"")
        current.publish(lineup())
        async with session.head(f"{base}/live.m3u") as answer:
            assert answer.status == 200
        assert served == []
        async with session.get(f"{base}/live.m3u", headers={"Host": "tv.example"}) as answer:
            assert answer.headers["Content-Type"] == "audio/x-mpegurl; charset=utf-8"
            assert "http://tv.example/stream/" in await answer.text()
            tag = answer.headers["ETag"]
        assert served == [list(current.current.channels)]
        async with session.get(f"{base}/live.m3u", headers={"Host": "tv.example", "If-None-Match": tag}) as answer:
            assert answer.status == 304
        pruned.add(ROWS[0].channel.id)
        async with session.get(f"{base}/live.m3u", headers={"Host": "tv.example", "If-None-Match": tag}) as answer:
            text = await answer.text()
        assert (answer.status, ROWS[0].channel.id in text, ROWS[1].channel.id in text) == (200, False, True)
        assert served[-1] == list(ROWS[1:])
