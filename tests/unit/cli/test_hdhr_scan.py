import asyncio
import json
from ipaddress import ip_address

import pytest

from tests.tools.hdhr_device import Device
from tests.tools.hdhr_native_device import NativeDevice, native
from tests.tools.world import serving
from tunerr.cli.hdhr_search import row_of
from tunerr.cli.hdhr_visit import visiting
from tunerr.cli.main import dispatch
from tunerr.config import PREFIX
from tunerr.hdhomerun.discovery import Tuner
from tunerr.model.url import Zone
from tunerr.providers.hdhr.search import Found


async def run(*arguments):
    return await asyncio.to_thread(dispatch, ["hdhr-scan", *arguments])


@pytest.fixture(autouse=True)
def ports(monkeypatch):
    """The native protocol of this machine is asked on these ports, where nobody is unless the test says so."""

    def use(port):
        monkeypatch.setenv(f"{PREFIX}HDHR_DISCOVER_PORT", str(port))
        monkeypatch.setenv(f"{PREFIX}HDHR_CONTROL_PORT", str(port))

    use(9)
    return use


async def test_a_device_and_its_channels(capsys):
    async with serving(Device().answer) as port:
        assert await run("-addr", f"127.0.0.1:{port}", "-lineup") == 0
    out, err = capsys.readouterr()
    assert err == "Port 9 doesn't answer: all this is said by HTTP alone.\n"
    assert "hunter2" not in out
    lines = [line.split() for line in out.splitlines()]
    assert ["device_id", "1050AAAA"] in lines
    assert ["tuners", "4"] in lines
    assert ["5.1", "WABC-HD", f"http://127.0.0.1:{port}/auto/v5.1"] in lines
    assert ["WLOCK", "copy", "protected", "(DRM)"] in lines


async def test_json(capsys):
    device = Device()
    async with serving(device.answer) as port:
        assert await run("-addr", f"http://127.0.0.1:{port}/", "--json") == 0
        assert device.asked == ["/discover.json"]
        document = json.loads(capsys.readouterr().out)
        assert document["model"] == "HDHR4-2US"
        assert "lineup" not in document
        assert await run("-addr", f"http://127.0.0.1:{port}", "--json", "-lineup") == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["number"] for row in document["lineup"]] == ["5.1", "7", ""]


async def test_a_guide_gives_a_terminal_no_orders(capsys):
    device = Device()
    device.guide = "<tv>\x1b[2J\x9b2J\x07\x7f\r\n\té</tv>".encode()
    async with serving(device.answer) as port:
        assert await run("-addr", f"127.0.0.1:{port}", "-guide-xml") == 0
    assert capsys.readouterr().out == "<tv>[2J2J\r\n\té</tv>"


async def test_the_guide_alone(capsys):
    device = Device()
    device.guide = b"<tv>\xc3\xa9</tv>"
    async with serving(device.answer) as port:
        assert await run("-addr", f"127.0.0.1:{port}", "-guide-xml") == 0
        assert capsys.readouterr().out == "<tv>é</tv>"
        device.guide = b""
        assert await run("-addr", f"127.0.0.1:{port}", "-guide-xml") == 1
        assert "404" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-lineup"], "hdhr-scan -addr 192.168.1.20"),
        (["-guide-xml"], "hdhr-scan -addr 192.168.1.20"),
        (["-timeout", "0"], "Example: -addr"),
        (["-addr", "ftp://192.168.1.20"], "no http or https URL of a device.\nExample: -addr"),
        (["-addr", "127.0.0.1:9", "-timeout", "soon"], "Example: -addr"),
        (["-addr", "127.0.0.1:9"], "127.0.0.1:9"),
    ],
)
async def test_what_can_t_be_asked_says_why(capsys, arguments, said):
    assert await run(*arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


async def test_what_the_native_protocol_says_is_shown_too(capsys, ports):
    async with serving(Device().answer) as http, native(NativeDevice(base_url=f"http://127.0.0.1:{http}")) as port:
        ports(port)
        assert await run("-addr", f"127.0.0.1:{http}") == 0
        out, err = capsys.readouterr()
        assert await run("-addr", f"127.0.0.1:{http}", "-json") == 0
    assert err == ""
    lines = [line.split() for line in out.splitlines()]
    assert ["discovered", "1050ABCE", "at", f"http://127.0.0.1:{http}"] in lines
    assert ["native_model", "hdhomerun4_atsc"] in lines
    assert ["native_version", "20230713"] in lines
    assert "tuner0  ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0" in out
    document = json.loads(capsys.readouterr().out)
    assert document["hardware"] == "HDHR4-2US"
    # discover.json speaks of four tuners, and the device knows two
    assert [row["status"][:6] for row in document["tuner_status"]] == ["ch=non", "ch=non", "ERROR:", "ERROR:"]


@pytest.mark.parametrize("more", [[], ["-guide-xml"]])
async def test_a_bare_host_says_its_port_itself(capsys, ports, more):
    pretended = Device()
    pretended.guide = b"<tv>guide_id</tv>"
    device = NativeDevice()
    async with serving(pretended.answer) as http, native(device) as port:
        device.tuners = [Tuner(0x1050ABCE, f"http://127.0.0.1:{http}", "", 2)]
        ports(port)
        assert await run("-addr", "127.0.0.1", *more) == 0
    assert "e_id" in capsys.readouterr().out
    assert len(device.requests) <= 2  # of one search
    assert pretended.asked == (["/guide.xml"] if more else ["/discover.json"])


async def test_discovery_without_control_is_shown_as_far_as_it_goes(capsys, ports):
    device = NativeDevice(base_url="http://127.0.0.1:5004")
    async with serving(Device().answer) as http, native(device, tcp=False) as port:
        ports(port)
        assert await run("-addr", f"127.0.0.1:{http}", "-json") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out)["discovered"] == "1050ABCE at http://127.0.0.1:5004"
    assert "native_model" not in json.loads(out)


async def found(capsys, port):
    """The rows of a search that name `port`; other programs of this network may answer it, too."""
    assert await run("-timeout", "1s", "-json") == 0
    return [row for row in json.loads(capsys.readouterr().out) if f":{port}" in row["base_url"]]


async def test_a_search_lists_what_is_there(capsys, ports):
    device = NativeDevice(0x1050ABCE)
    pretended = Device()
    pretended.discover["DeviceID"] = "1050ABCE"
    async with serving(pretended.answer) as http, native(device) as port:
        ports(port)
        base = f"http://127.0.0.1:{http}"
        device.tuners = [Tuner(0x1050ABCE, base, "", 2)]
        (row,) = await found(capsys, http)
        assert row == {
            "device_id": "1050ABCE",
            "name": "HDHomeRun CONNECT",
            "model": "HDHR4-2US",
            "tuners": 2,
            "address": "127.0.0.1",
            "base_url": base,
            "notes": ["on this machine"],
        }
        assert await run("-timeout", "1s") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[0].split() == [*("device_id", "name", "model", "tuners", "address", "base_url", "notes")]
    assert f"1050ABCE   HDHomeRun CONNECT  HDHR4-2US  2       127.0.0.1  {base}  on this machine" in out


async def test_what_is_odd_about_a_device_is_told(capsys, ports):
    device = NativeDevice()
    async with serving(Device().answer) as http, native(device) as port:
        ports(port)
        device.datagrams = lambda _: [Tuner(0x12345678, f"http://127.0.0.1:{http}").encode()]
        (row,) = await found(capsys, http)
    assert row["notes"] == [
        "its id has a wrong checksum",
        "on this machine",
        "its discover.json says 1050AAAA",
    ]


async def test_a_device_without_http_is_listed_with_the_reason(capsys, ports):
    device = NativeDevice(base_url="http://127.0.0.1:9")
    async with native(device) as port:
        ports(port)
        (row,) = await found(capsys, 9)
    assert row["name"] == ""
    assert "127.0.0.1:9" in row["notes"][-1]


async def test_an_empty_search_says_who_was_asked(capsys, ports):
    ports(9)
    code = await run("-timeout", "300ms")
    out, err = capsys.readouterr()
    if code == 0:
        pytest.skip(f"a device of this network answered: {out}")
    assert "No HDHomeRun device answered within 0.3 s. Asked: 127.0.0.1," in err
    assert "127.0.0.1:9." in err
    assert "IPTV_TUNERR_HDHR_DISCOVER_BROADCASTS" in err


async def test_the_settings_name_more_to_ask(capsys, monkeypatch):
    monkeypatch.setenv(f"{PREFIX}HDHR_DISCOVER_BROADCASTS", "127.0.0.8")
    if await run("-timeout", "300ms") == 0:
        pytest.skip("a device of this network answered")
    assert "127.0.0.8, 127.0.0.1:9." in capsys.readouterr().err


@pytest.mark.parametrize("zone", [Zone.PRIVATE, Zone.INTERNET])
async def test_a_reply_can_t_send_us_where_its_sender_may_not_point(zone):
    device = Device()
    async with serving(device.answer) as port, visiting(5) as visitor:
        base, sender = f"http://127.0.0.1:{port}", ip_address("192.168.1.20")
        row = await row_of(Found(0x1050ABCE, base, 2, sender, zone, local=False, elsewhere=True), visitor)
    assert device.asked == []
    assert (row["name"], row["base_url"]) == ("", base)
    assert row["notes"][0] == "its base URL is another machine's"
    assert "may not be used here" in row["notes"][1]
