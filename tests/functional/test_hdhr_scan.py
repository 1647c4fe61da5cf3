"""`hdhr-scan` and the real program: what the one asks natively, the other answers."""

import json
import sys

from tests.functional.test_stream_http import watching
from tests.tools.clients import run
from tests.tools.server import clean_environment, native_ports


async def test_a_program_on_this_machine_is_found_and_says_what_its_tuners_do(boot, provider):
    _, _, ports = native_ports()
    env = {"IPTV_TUNERR_M3U_URL": provider.playlist("one"), "IPTV_TUNERR_TUNER_COUNT": "2"}
    server = await boot(env=env | ports, native=True)
    discover = await server.json("/discover.json")

    async def scan(*flags):
        done = await run(sys.executable, "-m", "tunerr", "hdhr-scan", "-json", *flags, env=clean_environment(ports))
        assert (done.status, done.err) == (0, "")
        return json.loads(done.out)

    rows = [row for row in await scan("-timeout", "2s") if row["base_url"] == server.base]
    assert rows == [
        {
            "device_id": discover["DeviceID"],
            "name": discover["FriendlyName"],
            "model": discover["ModelNumber"],
            "tuners": 2,
            "address": "127.0.0.1",
            "base_url": server.base,
            "notes": ["on this machine"],
        }
    ]
    async with watching(server, "/auto/v1"):
        said = await scan("-addr", server.base, "-lineup")
    assert said["discovered"] == f"{discover['DeviceID']} at {server.base}"
    assert (said["hardware"], said["native_version"]) == (discover["ModelNumber"], discover["FirmwareVersion"])
    channels = [row["status"].split()[0] for row in said["tuner_status"]]
    assert len(channels) == 2
    assert sum(channel != "ch=none" for channel in channels) == 1
    assert [row["number"] for row in said["lineup"]] == ["1"]
