"""The device documents as clients fetch them from the real program; each test carries the id of its check."""

import gzip
import json
import re
import uuid

import aiohttp
import pytest
from lxml import etree

from tests.tools.server import free_port
from tests.tools.until import until
from tests.unit.outputs.faces import raw
from tunerr.model.device_id import DeviceId

DOCUMENTS = (
    "/",
    "/discover.json",
    "/lineup.json",
    "/lineup.xml",
    "/lineup.m3u",
    "/lineup_status.json",
    "/status.json",
    "/device.xml",
    "/tuners.html",
    "/guide.xml",
    "/guide.xml.gz",
    "/live.m3u",
    "/healthz",
    "/readyz",
)
IDLE = {"ScanInProgress": 0, "ScanPossible": 1}


@pytest.fixture
async def demo_with_guide(demo):
    """The demo once its first guide is rendered, a moment after the lineup."""

    async def rendered():
        return (await demo.get("/guide.xml", method="HEAD")).status == 200

    await until(rendered, deadline=90)
    return demo


async def post(server, path):
    return await server.get(path, method="POST")


async def test_H01_discover(demo):
    answer = await demo.get("/discover.json")
    assert answer.status == 200
    assert answer.content_type == "application/json"
    document = json.loads(answer.data)
    assert list(document) == [
        "FriendlyName",
        "ModelNumber",
        "FirmwareName",
        "FirmwareVersion",
        "DeviceID",
        "DeviceAuth",
        "BaseURL",
        "LineupURL",
        "TunerCount",
    ]
    assert type(document["TunerCount"]) is int
    assert document["TunerCount"] >= 1


async def test_H02_device_id_is_valid_and_survives_a_restart(boot, provider):
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one")}
    server = await boot(env=env)
    first = (await server.json("/discover.json"))["DeviceID"]
    assert re.fullmatch(r"[0-9A-F]{8}", first)
    assert str(DeviceId.parse(first)) == first
    assert server.stop() == 0
    server = await boot(env=env)
    assert (await server.json("/discover.json"))["DeviceID"] == first


async def test_H03_urls_follow_the_host_header(demo):
    for host in ("a:1", "b:2"):
        headers = {"Host": host, "Accept-Encoding": "identity"}
        document = json.loads((await demo.get("/discover.json", headers=headers)).data)
        assert (document["BaseURL"], document["LineupURL"]) == (f"http://{host}", f"http://{host}/lineup.json")
        rows = json.loads((await demo.get("/lineup.json", headers=headers)).data)
        assert all(row["URL"].startswith(f"http://{host}/") for row in rows)


async def test_H03_a_configured_base_is_fixed(boot, provider):
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one"), "IPTV_TUNERR_BASE_URL": "http://tv.example:81"}
    server = await boot(env=env)
    assert (await server.json("/discover.json"))["BaseURL"] == "http://tv.example:81"
    assert (await server.json("/lineup.json"))[0]["URL"].startswith("http://tv.example:81/")


async def test_H03_without_a_host_it_is_the_address_that_was_asked(boot, provider):
    extra = free_port()
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one"), "IPTV_TUNERR_HDHR_EXTRA_ADDR": f"127.0.0.9:{extra}"}
    server = await boot(env=env, host="")
    for host, port in (
        ("127.0.0.1", server.port),
        ("127.0.0.5", server.port),
        ("::1", server.port),
        ("127.0.0.9", extra),
    ):
        base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        told = json.loads((await raw(base, "GET /discover.json HTTP/1.0\n\n")).partition(b"\r\n\r\n")[2])
        assert (told["BaseURL"], told["LineupURL"]) == (base, f"{base}/lineup.json")
        body = (await raw(base, "GET /lineup.json HTTP/1.0\n\n")).partition(b"\r\n\r\n")[2]
        assert json.loads(body)[0]["URL"].startswith(f"{base}/auto/v")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT"])
async def test_what_is_not_there_has_an_empty_answer(demo, method):
    for path in (
        "/guide.json", "/recorded_files.json", "/api/x", "/favicon.ico", "/device/1/discover.json", "/auto/v999",
        "/auto/ch177000000-3", "/tuner0/ch5", "/tuner99/v1", "/lineup.jsonx", "/..%2f..%2fetc/passwd", "/%00",
        "/" + "x" * 4000,
    ):  # fmt: skip
        answer = await demo.get(path, method=method)
        assert answer.status in (404, 405), path
        assert (answer.data, answer.headers.get("Content-Length", "0")) == (b"", "0")


@pytest.mark.parametrize("path", ["/discover.json", "/lineup.json", "/lineup_status.json", "/status.json"])
async def test_unknown_arguments_are_ignored(demo, path):
    plain = await demo.get(path)
    for more in ("?show=all", "?show=found&tuning", "?show=unprotected", "?X-Plex-Token=x&show=", "?%ff=%00"):
        answer = await demo.get(path + more)
        assert (answer.status, answer.data) == (200, plain.data)


async def test_H04_model_promises_no_transcoder(demo):
    assert "HDTC" not in (await demo.json("/discover.json"))["ModelNumber"]


async def test_H05_range_gets_the_whole_lineup(demo):
    answer = await demo.get("/lineup.json", headers={"Range": "bytes=0-", "Accept-Encoding": "deflate,gzip,br,zstd"})
    assert answer.status == 200
    assert json.loads(gzip.decompress(answer.data)) == await demo.json("/lineup.json")


async def test_H06_H07_rows(demo):
    rows = await demo.json("/lineup.json")
    assert len(rows) == 6
    assert len({row["GuideNumber"] for row in rows}) == 6
    for row in rows:
        assert re.fullmatch(r"\d+(\.\d+)?", row["GuideNumber"])
        assert row["GuideName"].strip()
        assert re.fullmatch(r"http://[^?#]+", row["URL"])
        for flag in ("HD", "Favorite", "DRM"):
            assert type(row.get(flag, 0)) is int
            assert row.get(flag, 0) in (0, 1)


async def test_H08_numbers_survive_a_restart_and_a_new_order(boot, provider):
    names = [f"channel{number}" for number in range(20)]
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist(*names)}
    server = await boot(env=env)
    before = await server.json("/lineup.json")
    assert await server.json("/lineup.json") == before
    assert server.stop() == 0
    provider.playlist(*reversed(names))
    asked = len(provider.requests)
    server = await boot(env=env, port=server.port)
    await until(lambda: len(provider.requests) > asked)
    await until(lambda: _source_is(server, "ok"))
    assert await server.json("/lineup.json") == before


async def test_H09_a_failed_or_empty_refresh_keeps_the_lineup(boot, provider):
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two")}
    server = await boot(env=env)
    before = await server.json("/lineup.json")
    for status, body in ((500, "broken"), (200, "#EXTM3U\n")):
        assert server.stop() == 0
        provider.publish("/playlist.m3u", body, status=status)
        server = await boot(env=env, port=server.port)
        await until(lambda: _source_is(server, "failed"))  # noqa: B023 - awaited in this round
        assert await server.json("/lineup.json") == before


async def test_H10_H11_scan(demo):
    before = await demo.json("/lineup.json")
    status = await demo.json("/lineup_status.json")
    assert IDLE.items() <= status.items()
    assert status["Source"] in status["SourceList"]
    answer = await post(demo, "/lineup.post?scan=start&source=Cable")
    assert (answer.status, answer.data) == (200, b"")
    during = await demo.json("/lineup_status.json")
    assert during["ScanInProgress"] == 1
    assert {type(during[name]) for name in ("ScanPossible", "Progress", "Found")} == {int}

    async def over():
        return (await demo.json("/lineup_status.json"))["ScanInProgress"] == 0

    await until(over, deadline=20)
    assert await demo.json("/lineup.json") == before
    assert await demo.tuners_in_use() == 0


async def test_H12_lineup_post(demo):
    assert (await post(demo, "/lineup.post?scan=abort")).status == 200
    nothing = await post(demo, "/lineup.post")
    assert (nothing.status, nothing.data) == (400, b"")
    assert (await demo.get("/lineup.post")).status == 405


async def test_H13_favorites(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two")})
    number = (await server.json("/lineup.json"))[0]["GuideNumber"]
    for sign, expected in (("+", 1), ("-", 0), ("%2B", 1), ("x", 0)):
        answer = await post(server, f"/lineup.post?favorite={sign}{number}")
        assert (answer.status, answer.data) == (200, b"")
        assert (await server.json("/lineup.json"))[0].get("Favorite", 0) == expected
    assert (await post(server, "/lineup.post?favorite=%2B99999")).status == 404


async def test_H13_a_favorite_survives_a_restart_in_every_form(boot, provider):
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two")}
    server = await boot(env=env)
    number = (await server.json("/lineup.json"))[1]["GuideNumber"]
    assert (await post(server, f"/lineup.post?favorite=%2B{number}")).status == 200
    assert server.stop() == 0
    server = await boot(env=env, port=server.port)
    assert [row.get("Favorite") for row in await server.json("/lineup.json")] == [None, 1]
    body = (await server.get("/lineup.xml", headers={"Accept-Encoding": "identity"})).data
    assert [program.findtext("Favorite") for program in etree.fromstring(body)] == [None, "1"]


async def test_H14_every_form_of_the_lineup_says_the_same(boot, provider):
    odd = '#EXTINF:-1 tvg-id="odd" tvg-name="A & B, <C>",A & B, <C>\n' + f"{provider.base}/live/odd\n"
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one", "two", extra=odd)})
    rows = await server.json("/lineup.json")
    assert "A & B, <C>" in [row["GuideName"] for row in rows]
    plain = {"headers": {"Accept-Encoding": "identity"}}
    programs = etree.fromstring((await server.get("/lineup.xml", **plain)).data).findall("Program")
    for name in ("GuideNumber", "GuideName", "URL"):
        assert [program.findtext(name) for program in programs] == [row[name] for row in rows]
    lines = (await server.get("/lineup.m3u", **plain)).data.decode().splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[2::2] == [row["URL"] for row in rows]
    assert all(line.startswith("#EXTINF:-1 ") for line in lines[1::2])


async def test_H15_status_has_a_row_for_each_tuner(boot, provider):
    server = await boot(env={"IPTV_TUNERR_M3U_URL": provider.playlist("one"), "IPTV_TUNERR_TUNER_COUNT": "3"})
    assert await server.json("/status.json") == [{"Resource": f"tuner{index}"} for index in range(3)]
    row = (await server.json("/lineup.json"))[0]
    async with aiohttp.ClientSession() as session, session.get(row["URL"]) as answer:
        assert answer.status == 200
        await answer.content.readexactly(188)
        active = [line for line in await server.json("/status.json") if "VctNumber" in line]
        assert [(line["VctNumber"], line["TargetIP"]) for line in active] == [(row["GuideNumber"], "127.0.0.1")]


async def test_H16_head_has_the_status_and_no_body(demo_with_guide):
    for path in DOCUMENTS:
        answer = await demo_with_guide.get(path, method="HEAD")
        assert (answer.status, answer.data) == (200, b""), path


async def test_H17_device_description(demo):
    names = {"u": "urn:schemas-upnp-org:device-1-0"}
    first, second = [etree.fromstring((await demo.get("/device.xml")).data) for _ in range(2)]
    udn = first.findtext("u:device/u:UDN", namespaces=names)
    assert uuid.UUID(udn.removeprefix("uuid:"))
    assert udn == second.findtext("u:device/u:UDN", namespaces=names)
    serial = first.findtext("u:device/u:serialNumber", namespaces=names)
    assert serial == (await demo.json("/discover.json"))["DeviceID"]


async def test_H18_televisions_need_no_login_and_operators_do(demo_with_guide):
    for path in DOCUMENTS:
        assert (await demo_with_guide.get(path)).status == 200, path
    async with aiohttp.ClientSession() as session:
        async with session.get(demo_with_guide.deck, allow_redirects=False) as page:
            assert page.status == 307
            assert page.headers["Location"].startswith(("/setup", "/login"))
        async with session.get(f"{demo_with_guide.deck}/deck/status.json", allow_redirects=False) as document:
            assert document.status == 401


async def test_X02_the_packed_guide_has_no_content_encoding(demo_with_guide):
    packed = await demo_with_guide.get("/guide.xml.gz", headers={"Accept-Encoding": "gzip"})
    assert packed.status == 200
    assert "Content-Encoding" not in packed.headers
    plain = await demo_with_guide.get("/guide.xml", headers={"Accept-Encoding": "identity"})
    assert gzip.decompress(packed.data) == plain.data
    same = await demo_with_guide.get("/guide.xml", headers={"If-None-Match": plain.headers["ETag"]})
    assert (same.status, same.data) == (304, b"")


async def _source_is(server, state):
    figures = (await server.get("/metrics")).data.decode()
    return re.search(rf'iptv_tunerr_source_state\{{kind="playlist",source="[^"]+",state="{state}"\}} 1\.0', figures)


async def test_further_devices_have_what_is_too_much_for_one(boot, provider):
    env = {
        "IPTV_TUNERR_M3U_URL": provider.playlist("one", "two", "three"),
        "IPTV_TUNERR_LINEUP_MAX_CHANNELS": "2",
        "IPTV_TUNERR_LINEUP_DEVICES": "2",
    }
    server = await boot(env=env)
    main, second = await server.json("/discover.json"), await server.json("/device/2/discover.json")
    assert str(DeviceId.parse(second["DeviceID"])) == second["DeviceID"] != main["DeviceID"]
    assert (second["BaseURL"], second["TunerCount"]) == (f"{server.base}/device/2", main["TunerCount"])
    assert [row["GuideNumber"] for row in await server.json("/lineup.json")] == ["1", "2"]
    (row,) = await server.json("/device/2/lineup.json")
    assert (row["GuideNumber"], row["URL"]) == ("1001", f"{server.base}/device/2/auto/v1001")
    async with aiohttp.ClientSession() as session, session.get(row["URL"]) as answer:
        assert (answer.status, (await answer.content.readexactly(188))[0]) == (200, 0x47)
    assert (await server.get("/live.m3u", headers={"Accept-Encoding": "identity"})).data.count(b"#EXTINF") == 3
    assert (await server.get("/device/3/discover.json")).status == 404
    assert server.stop() == 0
    server = await boot(env=env)
    assert (await server.json("/device/2/discover.json"))["DeviceID"] == second["DeviceID"]
    assert [row["GuideNumber"] for row in await server.json("/device/2/lineup.json")] == ["1001"]
