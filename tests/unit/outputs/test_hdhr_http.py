import gzip
import json
import re
import uuid
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from lxml import etree

from tests.tools.clock import ManualClock
from tests.tools.identities import MAIN
from tests.unit.outputs.faces import ROWS, SmallGateway, channel, lineup, raw, serving
from tunerr.model.carried import CarriedBook
from tunerr.model.device_id import DeviceId
from tunerr.outputs.hdhr.http import routes
from tunerr.support.snapshot import Published

DEVICE = replace(MAIN, device_id=DeviceId.parse("1050ABCE"), friendly_name="Tunerr & Söhne")
SECOND = replace(DEVICE, device_id=DeviceId.parse("105A1B22"), friendly_name="Tunerr & Söhne 2", number=2)
DOCUMENTS = (
    "/",
    "/discover.json",
    "/device.xml",
    "/lineup.json",
    "/lineup.xml",
    "/lineup.m3u",
    "/lineup_status.json",
    "/status.json",
    "/tuners.html",
)


class Face:
    def __init__(self, current, configured_base="", devices=(DEVICE,)):
        self._devices = devices
        self.lineup = Published(current)
        self.carried = Published(CarriedBook())
        self.gateway = SmallGateway()
        self.clock = ManualClock()
        self.favorites = []
        self.served = []
        self._configured = configured_base

    async def favorite(self, channel_id, on):
        self.favorites.append((channel_id, on))

    @asynccontextmanager
    async def open(self):
        made = routes(
            devices=self._devices,
            configured_base=self._configured,
            deck_port=48879,
            lineup=self.lineup,
            carried=self.carried,
            tuners=self.gateway,
            clock=self.clock,
            set_favorite=self.favorite,
            on_lineup_served=lambda rows: self.served.append([str(row.number) for row in rows]),
        )
        plain = aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"])
        async with serving(made) as base, plain as session:
            self.base, self.session = base, session
            yield self

    async def get(self, path, method="GET", **options):
        async with self.session.request(method, self.base + path, **options) as answer:
            return answer, await answer.read()

    async def json(self, path, **options):
        _, body = await self.get(path, **options)
        return json.loads(body)


@pytest.fixture
async def face():
    async with Face(lineup()).open() as opened:
        yield opened


async def test_discover_has_the_nine_keys_in_the_hardwares_order(face):
    answer, body = await face.get("/discover.json")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Server"] == "HDHomeRun/1.0"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"
    document = json.loads(body)
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
    assert document["DeviceID"] == "1050ABCE"
    assert document["TunerCount"] == 2
    assert "HDTC" not in document["ModelNumber"]
    assert len(document["DeviceAuth"]) <= 24


async def test_urls_follow_the_host_header(face):
    for host in ("a.example:1", "192.0.2.9", "[2001:db8::1]:5004"):
        headers = {"Host": host}
        assert (await face.json("/discover.json", headers=headers))["LineupURL"] == f"http://{host}/lineup.json"
        assert (await face.json("/lineup.json", headers=headers))[2]["URL"] == f"http://{host}/auto/v5.1"


@pytest.mark.parametrize("host", ["evil/..", "a b", "0.0.0.0:5004", "[::]:1", 'x"y', "a:99999", "user@host", "<b>"])
async def test_a_hostile_host_header_gives_the_address_of_the_socket(face, host):
    answer = await raw(face.base, f"GET /discover.json HTTP/1.1\nHost: {host}\nConnection: close\n\n")
    if answer.startswith(b"HTTP/1.1 200"):
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["BaseURL"] == face.base
    else:  # the parser refuses some of them itself
        assert answer.startswith(b"HTTP/1.1 400")


async def test_http_1_0_without_host_gives_the_address_of_the_socket(face):
    answer = await raw(face.base, "GET /discover.json HTTP/1.0\n\n")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["BaseURL"] == face.base


async def test_forwarded_headers_are_not_trusted(face):
    forwarded = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.test"}
    assert (await face.json("/discover.json", headers=forwarded))["BaseURL"] == face.base


async def test_a_configured_base_wins_over_the_host_header():
    async with Face(lineup(), configured_base="https://tv.example/").open() as face:
        assert (await face.json("/discover.json"))["BaseURL"] == "https://tv.example"
        assert (await face.json("/lineup.json"))[0]["URL"] == "https://tv.example/auto/v1"


async def test_lineup_rows_have_the_types_that_clients_parse(face):
    rows = await face.json("/lineup.json?tuning&show=found&X-Plex-Token=x")
    assert [row["GuideNumber"] for row in rows] == ["1", "2", "5.1", "700"]
    for row in rows:
        assert re.fullmatch(r"\d+(\.\d+)?", row["GuideNumber"])
        assert row["GuideName"]
        assert "\n" not in row["GuideName"]
        assert row["URL"] == f"{face.base}/auto/v{row['GuideNumber']}"
        assert row.keys() <= {"GuideNumber", "GuideName", "URL", "Favorite"}
    assert rows[2]["Favorite"] == 1
    assert type(rows[2]["Favorite"]) is int
    assert "Favorite" not in rows[0]


async def test_a_channel_without_a_usable_name_is_called_by_its_number():
    async with Face(lineup(rows=[channel("9", "\n\x00\ud800")])).open() as face:
        assert (await face.json("/lineup.json"))[0]["GuideName"] == "9"


async def test_lineup_xml_and_m3u_say_the_same_as_json(face):
    rows = await face.json("/lineup.json")
    root = etree.fromstring((await face.get("/lineup.xml"))[1])
    assert [{field.tag: field.text for field in program} for program in root.findall("Program")] == [
        {name: str(value) for name, value in row.items()} for row in rows
    ]
    lines = (await face.get("/lineup.m3u"))[1].decode().splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[2::2] == [row["URL"] for row in rows]
    assert lines[3] == (
        '#EXTINF:-1 channel-id="2" channel-number="2" tvg-name="Tom & \'Jerry\', <late> show",'
        "2 Tom & 'Jerry' <late> show"
    )


async def test_range_is_ignored_on_documents(face):
    _, whole = await face.get("/lineup.json")
    answer, body = await face.get("/lineup.json", headers={"Range": "bytes=0-"})
    assert (answer.status, body) == (200, whole)
    assert "Content-Range" not in answer.headers


async def test_gzip_and_etag(face):
    plain, body = await face.get("/lineup.json", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    packed, small = await face.get("/lineup.json", headers={"Accept-Encoding": "deflate, gzip;q=0.5, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small) == body
    refused, _ = await face.get("/lineup.json", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers
    tag = plain.headers["ETag"]
    assert packed.headers["ETag"] == tag
    same, nothing = await face.get("/lineup.json", headers={"If-None-Match": tag})
    assert (same.status, nothing, same.headers["ETag"]) == (304, b"", tag)
    face.lineup.publish(lineup("v2", ROWS[:2]))
    other, _ = await face.get("/lineup.json", headers={"If-None-Match": tag})
    assert other.status == 200


async def test_head_answers_everything_without_a_body(face):
    for path in DOCUMENTS:
        got, body = await face.get(path)
        head, nothing = await face.get(path, method="HEAD")
        assert (got.status, head.status, nothing) == (200, 200, b""), path
        assert head.headers["Content-Length"] == str(len(body)), path


async def test_a_get_of_a_lineup_is_reported_and_a_head_is_not(face):
    await face.get("/lineup.json", method="HEAD")
    await face.get("/discover.json")
    assert face.served == []
    for path in ("/lineup.json", "/lineup.xml", "/lineup.m3u"):
        await face.get(path)
    assert face.served == [["1", "2", "5.1", "700"]] * 3


async def test_before_the_first_lineup():
    async with Face(None).open() as face:
        for path in ("/lineup.json", "/lineup.xml", "/lineup.m3u"):
            answer, body = await face.get(path)
            assert (answer.status, body, answer.headers["Retry-After"]) == (503, b"", "5")
            assert answer.headers["X-IptvTunerr-Startup-State"] == "loading"
        assert face.served == []
        assert (await face.get("/discover.json"))[0].status == 200
        status = await face.json("/lineup_status.json")
        assert (status["ScanInProgress"], status["LineupReady"]) == (1, False)


async def test_a_scan_ends_within_ten_seconds_and_changes_nothing(face):
    idle = {"ScanInProgress": 0, "ScanPossible": 1, "Source": "Cable", "SourceList": ["Antenna", "Cable"]}
    before = await face.json("/lineup.json")
    assert await face.json("/lineup_status.json") == idle
    answer, body = await face.get("/lineup.post?scan=start&source=Cable", method="POST")
    assert (answer.status, body, answer.headers["Content-Length"]) == (200, b"", "0")
    face.clock.advance(2)
    during = await face.json("/lineup_status.json")
    assert during["ScanInProgress"] == 1
    assert 0 < during["Progress"] < 100
    assert 0 < during["Found"] <= len(before)
    face.clock.advance(8)
    assert await face.json("/lineup_status.json") == idle
    assert await face.json("/lineup.json") == before


async def test_a_scan_can_be_declared_impossible():
    async with Face(lineup(), devices=[replace(DEVICE, scan_possible=False)]).open() as face:
        assert (await face.json("/lineup_status.json"))["ScanPossible"] == 0


async def test_a_scan_can_be_aborted(face):
    await face.get("/lineup.post?scan=start", method="POST")
    assert (await face.get("/lineup.post?scan=abort", method="POST"))[0].status == 200
    assert (await face.json("/lineup_status.json"))["ScanInProgress"] == 0


@pytest.mark.parametrize("query", ["", "?scan=later", "?favorite=", "?favorite=5.1", "?unknown=1"])
async def test_lineup_post_without_a_known_wish_is_refused(face, query):
    answer, body = await face.get("/lineup.post" + query, method="POST")
    assert (answer.status, body) == (400, b"")
    assert face.favorites == []


@pytest.mark.parametrize(("sign", "on"), [("+", True), ("%2B", True), ("-", False), ("x", False)])
async def test_favorites(face, sign, on):
    answer = await raw(
        face.base, f"POST /lineup.post?favorite={sign}5.1 HTTP/1.1\nHost: a\nContent-Length: 0\nConnection: close\n\n"
    )
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n")
    assert face.favorites == [(ROWS[2].channel.id, on)]


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://evil.example", 403), ("null", 403), ("http://a:81", 403), ("http://a", 200), ("https://a", 200)],
)
async def test_pages_of_other_sites_change_nothing(face, origin, status):
    answer = await raw(
        face.base,
        f"POST /lineup.post?favorite=%2B5.1 HTTP/1.1\nHost: a\nOrigin: {origin}\n"
        "Content-Length: 0\nConnection: close\n\n",
    )
    assert answer.startswith(b"HTTP/1.1 %d" % status)
    assert len(face.favorites) == (status == 200)


async def test_a_favorite_that_is_not_in_the_lineup_is_404(face):
    answer, body = await face.get("/lineup.post?favorite=-99", method="POST")
    assert (answer.status, body, face.favorites) == (404, b"", [])


async def test_wrong_methods_and_paths_have_empty_bodies(face):
    answer, body = await face.get("/lineup.json", method="POST")
    assert (answer.status, answer.headers["Allow"], body) == (405, "GET,HEAD", b"")
    answer, body = await face.get("/lineup.post")
    assert (answer.status, answer.headers["Allow"], body) == (405, "POST", b"")
    for path in ("/guide.json", "/api/v1", "/recorded_files.json", "/%2e%2e/etc/passwd"):
        answer, body = await face.get(path)
        assert (answer.status, body, answer.headers["Server"]) == (404, b"", "HDHomeRun/1.0")


async def test_H15_status_has_a_row_for_each_tuner(face):
    assert await face.json("/status.json") == [{"Resource": "tuner0"}, {"Resource": "tuner1"}]
    face.gateway.busy[1] = ROWS[2]
    idle, active = await face.json("/status.json")
    assert idle == {"Resource": "tuner0"}
    assert active == {
        "Resource": "tuner1",
        "VctNumber": "5.1",
        "VctName": "Fünf",
        "Frequency": 0,
        "SignalStrengthPercent": 100,
        "SignalQualityPercent": 100,
        "SymbolQualityPercent": 90,
        "TargetIP": "192.0.2.7",
        "NetworkRate": 8000,
    }


async def test_tuner_page_says_what_emby_reads(face):
    face.gateway.busy[0] = ROWS[2]
    for tuner, expected in (("tuner0", "5.1"), ("tuner1", "none")):
        page = (await face.get(f"/tuners.html?page={tuner}"))[1].decode()
        assert re.findall(r"Channel</td>\s*<td>([^<]*)", page) == [expected]


async def test_device_description(face):
    first = (await face.get("/device.xml"))[1]
    names = {"u": "urn:schemas-upnp-org:device-1-0"}
    root = etree.fromstring(first)
    assert root.findtext("u:device/u:serialNumber", namespaces=names) == "1050ABCE"
    assert root.findtext("u:device/u:friendlyName", namespaces=names) == "Tunerr & Söhne"
    assert root.findtext("u:URLBase", namespaces=names) == face.base
    udn = root.findtext("u:device/u:UDN", namespaces=names)
    # Written down: another value would be another device to every UPnP client.
    assert uuid.UUID(udn.removeprefix("uuid:")) == uuid.uuid5(
        uuid.UUID("6f1c2f0e-9d5b-5c0a-8a53-6a0f5b7c1a10"), "1050ABCE"
    )


async def test_the_welcome_page_names_the_deck(face):
    page = (await face.get("/", headers={"Host": "tv.example:5004"}))[1].decode()
    assert "IPTV Tunerr" in page
    assert 'href="http://tv.example:48879"' in page


@pytest.fixture
async def two():
    rows = (*ROWS, channel("1001", "Late", device=2), channel("1002", "Later", device=2, favorite=True))
    async with Face(lineup(rows=rows), devices=(DEVICE, SECOND)).open() as opened:
        yield opened


async def test_a_further_device_has_its_own_identity_path_and_lineup(two):
    about = await two.json("/device/2/discover.json")
    base = f"{two.base}/device/2"
    assert (about["DeviceID"], about["FriendlyName"]) == ("105A1B22", "Tunerr & Söhne 2")
    assert (about["BaseURL"], about["LineupURL"]) == (base, f"{base}/lineup.json")
    assert about["TunerCount"] == DEVICE.tuner_count
    rows = await two.json("/device/2/lineup.json")
    assert [(row["GuideNumber"], row["URL"]) for row in rows] == [
        ("1001", f"{base}/auto/v1001"),
        ("1002", f"{base}/auto/v1002"),
    ]
    assert [row["GuideNumber"] for row in await two.json("/lineup.json")] == ["1", "2", "5.1", "700"]
    root = etree.fromstring((await two.get("/device/2/device.xml"))[1])
    names = {"u": "urn:schemas-upnp-org:device-1-0"}
    assert root.findtext("u:URLBase", namespaces=names) == base
    assert root.findtext("u:device/u:serialNumber", namespaces=names) == "105A1B22"
    main = etree.fromstring((await two.get("/device.xml"))[1])
    assert main.findtext("u:device/u:UDN", namespaces=names) != root.findtext("u:device/u:UDN", namespaces=names)


async def test_every_document_of_a_further_device_answers_get_and_head(two):
    for path in DOCUMENTS:
        got, body = await two.get("/device/2" + path)
        head, nothing = await two.get("/device/2" + path, method="HEAD")
        assert (got.status, head.status, nothing) == (200, 200, b""), path
        assert head.headers["Content-Length"] == str(len(body)), path
    assert b":48879/" not in (await two.get("/device/2/"))[1]  # the deck isn't below the device


@pytest.mark.parametrize("number", ["1", "3", "0", "02", "999"])
async def test_a_device_that_is_not_there_is_404(two, number):
    for path in DOCUMENTS:
        answer, body = await two.get(f"/device/{number}{path}")
        assert (answer.status, body) == (404, b""), path
    assert (await two.get(f"/device/{number}/lineup.post?scan=start", method="POST"))[0].status == 404


async def test_only_the_channels_of_the_device_that_was_asked_are_served(two):
    await two.get("/device/2/lineup.m3u")
    await two.get("/lineup.xml")
    assert two.served == [["1001", "1002"], ["1", "2", "5.1", "700"]]


async def test_each_device_scans_for_itself(two):
    await two.get("/device/2/lineup.post?scan=start", method="POST")
    two.clock.advance(2.9)
    assert (await two.json("/device/2/lineup_status.json"))["Found"] == 1
    assert (await two.json("/lineup_status.json"))["ScanInProgress"] == 0


async def test_a_device_without_channels_shows_no_empty_lineup():
    async with Face(lineup(), devices=(DEVICE, SECOND)).open() as face:
        answer, body = await face.get("/device/2/lineup.json")
        assert (answer.status, body, answer.headers["X-IptvTunerr-Startup-State"]) == (503, b"", "empty")
        assert (await face.json("/device/2/lineup_status.json"))["ScanInProgress"] == 0
        assert face.served == []
