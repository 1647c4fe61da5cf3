"""Bad input gets a clear error and loses nothing."""

import asyncio
import gzip
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.tools.clients import run
from tests.tools.server import run_to_end
from tests.tools.until import until

GUIDE = """<?xml version="1.0" encoding="UTF-8"?>
<tv><channel id="one.test"><display-name>One</display-name></channel>
{rows}
</tv>"""


def rows(count):
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    moments = [(start + timedelta(hours=hour)).strftime("%Y%m%d%H%M%S +0000") for hour in range(count + 1)]
    return "\n".join(
        f'<programme channel="one.test" start="{moments[hour]}" stop="{moments[hour + 1]}">'
        f"<title>Programme {hour}</title></programme>"
        for hour in range(count)
    )


async def refreshed(server, source, marker, deadline=90):
    """Wait until the log says how a refresh of `source` ended; `marker` must stand in that line."""
    await until(
        lambda: any(marker in line and f"source={source}" in line for line in server.log.splitlines()),
        deadline=deadline,
        what=f"{marker!r} for {source} in:\n{server.log[-3000:]}",
    )


BAD_PLAYLISTS = {
    "404": ({"status": 404, "body": "gone"}, "404"),
    "wrong credentials": ({"status": 401, "body": "no"}, "password"),
    "html": ({"body": "<!DOCTYPE html><html><body>Buy now</body></html>"}, "web page"),
    "zero channels": ({"body": "#EXTM3U\n"}, "channel"),
    "truncated gzip": ({"body": gzip.compress(b"#EXTM3U\n" + b"#EXTINF:-1,x\nhttp://h/x\n" * 5000)[:120]}, "early"),
    "one stream": ({"body": "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n"}, "stream"),
}


@pytest.mark.parametrize("name", BAD_PLAYLISTS)
async def test_a_bad_answer_keeps_the_last_good_channels(boot, provider, name):
    answer, words = BAD_PLAYLISTS[name]
    url = provider.playlist("one", "two")
    server = await boot(env={"IPTV_TUNERR_M3U_URL": url})
    before = await server.json("/lineup.json")
    provider.publish("/playlist.m3u", answer["body"], status=answer.get("status", 200))
    result = await command("source", "refresh", data=server.folder)
    assert words.lower() in result.lower(), result
    assert "secret" not in server.log
    assert await server.json("/lineup.json") == before
    assert (await server.get("/readyz")).status == 200
    provider.playlist("one", "two", "three")
    await command("source", "refresh", data=server.folder)
    await until(lambda: _length(server, 3), what="the third channel")


async def _length(server, count):
    return len(await server.json("/lineup.json")) == count


async def command(*arguments, data):
    """Run an operator command against the running server; its output, stdout and stderr."""
    result = await run(
        sys.executable, "-m", "tunerr", *arguments,
        env={"IPTV_TUNERR_DATA_DIR": str(data), "IPTV_TUNERR_M3U_URL": "http://unused.test/x.m3u"},
    )  # fmt: skip
    return result.out + result.err


async def test_an_unreachable_provider_is_named_and_asked_again(boot):
    server = await boot(
        env={"IPTV_TUNERR_M3U_URL": "http://127.0.0.1:9/get.php?username=u&password=secret"}, wait=False
    )
    await refreshed(server, "m3u", "refused")
    answer = await server.get("/lineup.json")
    assert (answer.status, answer.data) == (503, b"")
    assert answer.headers["Retry-After"] == "5"
    assert (await server.get("/healthz")).status == 200
    assert (await server.get("/readyz")).status == 503
    assert (await server.get("/discover.json")).status == 200
    assert "secret" not in server.log


async def test_a_guide_that_is_cut_is_used_up_to_the_cut_and_a_bad_one_keeps_the_last(boot, provider):
    whole = GUIDE.format(rows=rows(20))
    provider.publish("/guide.xml", whole[: whole.index("Programme 10")])
    server = await boot(
        env={"IPTV_TUNERR_M3U_URL": provider.playlist("one"), "IPTV_TUNERR_XMLTV_URL": provider.base + "/guide.xml"}
    )

    async def guide():
        return (await server.get("/guide.xml")).data.decode()

    async def has(text):
        return text in await guide()

    await until(lambda: has("Programme 9"), what="what stood before the cut")
    assert "Programme 10" not in await guide()
    for body in ("<html>no guide</html>", gzip.compress(whole.encode())[:50], b"", '{"error": 1}'):
        provider.publish("/guide.xml", body)
        await command("source", "refresh", data=server.folder)
        assert "Programme 9" in await guide(), body
    provider.publish("/guide.xml", gzip.compress(whole.encode()))
    await command("source", "refresh", data=server.folder)
    await until(lambda: has("Programme 19"), what="the whole guide")


async def test_a_shrunken_answer_waits_for_the_operator(boot, provider):
    names = [f"c{number}" for number in range(10)]
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist(*names)})
    provider.playlist(*names[:5])
    said = await command("source", "refresh", data=server.folder)
    assert "source accept" in said, said
    assert len(await server.json("/lineup.json")) == 10
    await command("source", "accept", "m3u", data=server.folder)
    assert len(await server.json("/lineup.json")) == 5


async def test_an_unusable_data_folder_is_explained(tmp_path):
    (tmp_path / "file").write_text("in the way")
    blocked = tmp_path / "file" / "data"
    result = await run(sys.executable, "-m", "tunerr", "run", "--addr", "127.0.0.1:5999", "--data-dir", blocked)
    assert result.status == 1
    assert "--data-dir" in result.err


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
async def test_a_full_disk_is_named_and_the_last_good_answers_stay(boot, provider, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", small], check=False)
    if mounted.returncode:
        pytest.skip("this sandbox lets root mount nothing")
    try:
        server = await boot(folder="small/data", env={"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two")})
        before = await server.json("/lineup.json")
        big = "".join(
            f'#EXTINF:-1 tvg-id="x{number}",Channel {number}\n{provider.base}/live/x{number}\n'
            for number in range(60_000)
        )
        provider.publish("/playlist.m3u", "#EXTM3U\n" + big)
        said = await command("source", "refresh", data=server.folder)
        assert "full" in said, said
        assert await server.json("/lineup.json") == before
        assert (await server.get("/readyz")).status == 200
        assert await asyncio.to_thread(server.stop) == 0
    finally:
        subprocess.run(["umount", "-l", small], check=False)
        shutil.rmtree(small, ignore_errors=True)


async def test_every_bad_setting_is_listed_at_once(tmp_path):
    status, log = await run_to_end(
        tmp_path / "data",
        env={
            "IPTV_TUNERR_TUNER_COUNT": "many",
            "IPTV_TUNERR_DEVICE_ID": "12345678",
            "IPTV_TUNERR_REFRESH": "soon",
            "IPTV_TUNERR_M3U_URL": "http://user:hunter2@host:notaport/",
        },
    )
    assert status == 2
    for name in ("TUNER_COUNT", "DEVICE_ID", "REFRESH", "M3U_URL"):
        assert name in log
    assert "hunter2" not in log
