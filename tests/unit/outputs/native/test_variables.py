"""Every variable, by real frames: hdhr.md 2.5."""

import re

import pytest

from tests.tools.until import until
from tests.unit.outputs.faces import ROWS, lineup
from tests.unit.outputs.native.control_rig import REFUSED, QuietGateway, connected, controlled, http_viewer

DEVICE = ("/ir/target", "/lineup/scan", "/sys/copyright", "/sys/debug", "/sys/features", "/sys/hwmodel", "/sys/model",
          "/sys/restart", "/sys/version")  # fmt: skip
TUNER = ("channel", "channelmap", "debug", "filter", "lockkey", "program", "status", "streaminfo", "target", "vchannel",
         "vstatus")  # fmt: skip


async def test_C02_help_lists_exactly_what_there_is():
    async with controlled() as server, connected(server) as client:
        head, *lines = (await client.ask("help")).splitlines()
        assert head == "Supported configuration options:"
        assert [line.split(" ")[0] for line in lines] == [*DEVICE, *(f"/tuner<n>/{name}" for name in TUNER)]
        for line in lines:
            name = line.split(" ")[0].replace("<n>", "1")
            assert not (await client.ask(name)).startswith("ERROR"), name


async def test_C02_the_device():
    async with controlled() as server, connected(server) as client:
        assert await client.ask("/sys/model") == "hdhomerun5_atsc"
        assert await client.ask("/sys/hwmodel") == "HDHR5-4US"
        assert await client.ask("/sys/version") == "20231214"
        features = await client.ask("/sys/features")
        assert re.fullmatch(r"channelmap: us-bcast .*\nmodulation: 8vsb .*\nauto-modulation: auto .*\n", features)
        assert await client.ask("/lineup/scan") == f"state=complete progress=100% found={len(ROWS)}"
        for name in ("/lineup/scan", "/ir/target", "/sys/restart"):
            assert await client.ask(name, "self") == await client.ask(name)
        for name in ("help", "/sys/model", "/sys/debug", "/tuner0/status", "/tuner0/debug"):
            assert await client.ask(name, "x") == "ERROR: getset variable is read only"


async def test_C02_what_is_said_of_255_tuners_fits_a_packet():
    async with controlled(QuietGateway(255)) as server, connected(server) as client:
        for name in ("help", "/sys/debug", "/sys/features", "/tuner254/status"):
            assert not (await client.ask(name)).startswith("ERROR"), name
        assert await client.ask("/tuner255/status") == "ERROR: invalid tuner number"


async def test_C02_an_idle_tuner():
    expected = {
        "channel": "none", "vchannel": "none", "program": "0", "channelmap": "us-bcast", "filter": "0x0000-0x1fff",
        "target": "none", "lockkey": "none", "status": "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0",
        "streaminfo": "none", "vstatus": "vch=none name=none auth=none cci=none cgms=none",
    }  # fmt: skip
    async with controlled() as server, connected(server) as client:
        for name, value in expected.items():
            assert await client.ask(f"/tuner1/{name}") == value


@pytest.mark.parametrize(("name", "good", "bad"), [
    ("channelmap", ["us-cable", "us-bcast"], ["", "eu-bcast", "us-bcast "]),
    ("filter", ["0x0000-0x1fff", "0x0030 0x0031-0x0034", "0x1fff"], ["", "none", "0x", "0x00000", "0x1 ", "1"]),
    ("program", ["3", "65535"], ["", "-1", "x", "123456"]),
    ("channel", ["auto:177000000", "8vsb:33", "auto6t:5", "177000000", "none"], ["", "auto:", "x", "auto:5.1"]),
    ("vchannel", ["5.1", "1", "none"], ["", "9", "5.2", "x", "5.1.1", "1" * 40]),
    ("lockkey", ["1", "4294967295", "none", "force"], ["", "0", "4294967296", "x", "-1", "1.5"]),
    ("target", ["none", "udp://127.0.0.1:5000", "rtp://127.0.0.1:65535"],
     ["", "127.0.0.1:5000", "http://127.0.0.1:5000", "udp://127.0.0.1:0", "udp://192.0.2.1:5000", "udp://127.0.0.2:1"]),
])  # fmt: skip
async def test_C02_what_can_be_set_is_answered_as_it_is_now(name, good, bad):
    async with controlled() as server:
        for value in good:
            async with connected(server) as client:
                answer = await client.ask(f"/tuner0/{name}", value)
                assert answer == (value if name != "lockkey" else "127.0.0.1" if value.isdigit() else "none")
                assert await client.ask(f"/tuner0/{name}") == answer
                await client.ask("/tuner0/lockkey", "force")
        async with connected(server) as client:
            before = await client.ask(f"/tuner0/{name}")
            for value in bad:
                assert (await client.ask(f"/tuner0/{name}", value)).startswith("ERROR: "), value
            assert await client.ask(f"/tuner0/{name}") == before


async def test_C02_a_tuner_that_plays_for_us():
    async with controlled(QuietGateway()) as server, connected(server) as client:
        assert await client.ask("/tuner1/vchannel", "5.1 transcode=heavy") == "5.1"
        await until(lambda: server._tuners[1].reception().locked)
        assert await client.ask("/tuner1/status") == "ch=auto:5.1 lock=8vsb ss=100 snq=100 seq=97 bps=4000000 pps=0"
        assert await client.ask("/tuner1/vstatus") == "vch=5.1 name=Fünf auth=unspecified cci=none cgms=none"
        assert await client.ask("/tuner1/streaminfo") == "3: 5.1 Fünf\ntsid=0x0001\n"
        assert await client.ask("/tuner1/channel") == "auto:5.1"
        assert await client.ask("/tuner1/lockkey") == "none"
        assert await client.ask("/tuner0/status") == "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0"
        assert await client.ask("/tuner1/vchannel", "none") == "none"
        assert await client.ask("/tuner1/status") == "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0"


async def test_C02_a_tuner_that_an_http_viewer_has():
    gateway = QuietGateway()
    async with controlled(gateway) as server, connected(server) as client, http_viewer(gateway, ROWS[0]):
        assert (await client.ask("/tuner0/status")).startswith("ch=auto:1 lock=8vsb ss=100 ")
        assert not (await client.ask("/tuner0/status")).endswith("pps=0")
        assert await client.ask("/tuner0/vchannel") == "1"
        assert await client.ask("/tuner0/lockkey") == "192.0.2.7"
        assert await client.ask("/tuner0/target") == "none"
        for name, value in (("lockkey", "7"), ("vchannel", "5.1"), ("vchannel", "1"), ("channel", "none"),
                            ("channel", "auto:5"), ("target", "udp://127.0.0.1:5000"), ("filter", "0x1")):  # fmt: skip
            assert await client.ask(f"/tuner0/{name}", value) == "ERROR: resource locked by 192.0.2.7"
        assert await client.ask("/tuner0/lockkey", "force") == "192.0.2.7"
        assert gateway.watching[0], "an HTTP viewer is not thrown out"
        assert await client.ask("/tuner1/lockkey", "7") == "127.0.0.1"


async def test_a_channel_that_plays_on_another_tuner_is_shared_and_shown_on_both():
    gateway = QuietGateway()
    async with controlled(gateway) as server, connected(server) as client, http_viewer(gateway, ROWS[0]):
        assert await client.ask("/tuner1/vchannel", "1") == "1"
        await until(lambda: server._tuners[1].reception().locked)
        assert list(gateway.watching) == [0]
        assert gateway.reserved == {1: "127.0.0.1"}
        assert (await client.ask("/tuner1/status")).startswith("ch=auto:1 lock=8vsb")


async def test_a_tuner_whose_channel_another_shared_and_goes_on_with_is_not_free():
    gateway = QuietGateway()
    async with controlled(gateway) as server, connected(server) as client:
        async with http_viewer(gateway, ROWS[0]):
            await client.ask("/tuner1/vchannel", "1")
            await until(lambda: len(gateway.watching[0]) == 2)
        assert await client.ask("/tuner0/lockkey") == "127.0.0.1"
        assert (await client.ask("/tuner0/status")).startswith("ch=auto:1 lock=8vsb")
        assert await client.ask("/tuner0/vchannel", "5.1") == "ERROR: resource locked by 127.0.0.1"
        assert await client.ask("/tuner1/vchannel", "none") == "none"
        await until(lambda: gateway.idle)
        assert await client.ask("/tuner0/vchannel", "5.1") == "5.1"


async def test_an_http_viewer_that_joins_stays_when_the_tuner_is_let_go_and_keeps_it_from_another_channel():
    gateway = QuietGateway()
    async with controlled(gateway) as server, connected(server) as client:
        await client.ask("/tuner0/vchannel", "1")
        await until(lambda: gateway.watching.get(0))
        async with http_viewer(gateway, ROWS[0]):
            assert await client.ask("/tuner0/filter", "0x1") == "0x1"
            assert await client.ask("/tuner0/vchannel", "5.1") == "ERROR: resource locked by 192.0.2.7"
            assert await client.ask("/tuner0/vchannel", "none") == "1"
            await until(lambda: len(gateway.watching[0]) == 1)
            assert gateway.reserved == {}


async def test_what_cannot_be_played_is_remembered_and_reads_as_no_lock():
    gateway = QuietGateway(fault=REFUSED)
    async with controlled(gateway) as server, connected(server) as client:
        assert await client.ask("/tuner0/vchannel", "5.1") == "5.1"
        await until(lambda: server._tuners[0]._playback.row is None)
        assert await client.ask("/tuner0/status") == "ch=auto:5.1 lock=none ss=0 snq=0 seq=0 bps=0 pps=0"
        assert await client.ask("/tuner0/streaminfo") == "none"
        assert gateway.idle


async def test_a_scan_never_locks_and_asks_nobody():
    gateway = QuietGateway()
    async with controlled(gateway) as server, connected(server) as client:
        assert await client.ask("/tuner0/lockkey", "99") == "127.0.0.1"
        assert await client.ask("/tuner0/target", "none", 99) == "none"
        assert await client.ask("/tuner0/channelmap") == "us-bcast"
        for hertz in range(803_000_000, 57_000_000, -6_000_000):
            assert await client.ask("/tuner0/channel", f"auto:{hertz}", 99) == f"auto:{hertz}"
            assert "lock=none ss=0" in await client.ask("/tuner0/status")
        assert await client.ask("/tuner0/lockkey", "none", 99) == "none"
        assert not gateway.opened


async def test_before_there_is_a_lineup_nothing_can_be_tuned():
    async with controlled() as server, connected(server) as client:
        server._tuners[0]._lineup.publish(None)
        assert await client.ask("/tuner0/vchannel", "1") == "ERROR: the lineup is not ready yet"
        assert await client.ask("/lineup/scan") == "state=complete progress=100% found=0"


async def test_a_channel_that_is_offered_no_more_is_not_tuned_again():
    gateway = QuietGateway()
    async with controlled(gateway) as server, connected(server) as client:
        await client.ask("/tuner0/vchannel", "1")
        await client.ask("/tuner0/lockkey", "force")
        server._tuners[0]._lineup.publish(lineup(rows=ROWS[1:]))
        assert await client.ask("/tuner0/target", "udp://127.0.0.1:9") == "ERROR: unknown virtual channel"
        assert await client.ask("/tuner0/target") == "none"
        await until(lambda: gateway.idle)
