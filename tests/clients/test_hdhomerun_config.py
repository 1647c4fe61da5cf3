"""The vendor's own tool (hdhr.md, 2.6). It speaks to port 65001 only; `save` and `scan` always end with status 1."""

import asyncio
import re
import shutil

import pytest

from tests.tools.clients import client, probe, run
from tests.tools.household import AC3, CHANNELS, ENCRYPTED, HLS, MPEG2, TS, TUNERS
from tests.tools.netns import ADDRESS
from tests.tools.packet_walk import walk
from tests.tools.until import until

LOOPBACK = "127.0.0.1"
SECONDS = 5
CODECS = {TS: ("h264", "aac"), MPEG2: ("mpeg2video", "mp2"), HLS: ("h264", "aac"), ENCRYPTED: ("h264", "aac")}
STATISTICS = re.compile(
    r"(\d+) packets received, "
    + ", ".join(rf"(\d+) {kind} errors" for kind in ("overflow", "network", "transport", "sequence"))
)
VARIABLES = {
    "/sys/model": r"hdhomerun\w+",
    "/sys/hwmodel": r"HDHR[\w-]+",
    "/sys/version": r"\d{8}\w*",
    "/sys/copyright": r".+",
    "/sys/features": r"channelmap: us-bcast[\s\S]*",
    "/tuner0/status": r"ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0",
    "/tuner0/vstatus": r"vch=none .*",
    "/tuner0/streaminfo": r"none|",
    "/tuner0/channel": "none",
    "/tuner0/vchannel": "none",
    "/tuner0/channelmap": r"[a-z]{2}-\w+",
    "/tuner0/filter": r"0x0000-0x1fff",
    "/tuner0/program": "0",
    "/tuner0/target": "none",
    "/tuner0/lockkey": "none",
}


async def ask(*argv, deadline=30):
    """What the tool does: status and output, errors included."""
    result = await run(client("hdhomerun_config"), *argv, deadline=deadline)
    return result.status, (result.out + result.err).strip()


async def told(what, *argv):
    """The answer to a `get`, which must come."""
    status, answer = await ask(what, "get", *argv)
    assert status == 0, (argv, answer)
    return answer


async def given(what, variable, value):
    """A `set`, which must be taken."""
    assert await ask(what, "set", variable, value) == (0, ""), (variable, value)


async def version():
    """The tool tells no version; the package does."""
    if shutil.which("dpkg-query") is None:
        return "tells none"
    package = await run("dpkg-query", "-W", "-f", "${Version}", "hdhomerun-config")
    return f"tells none (package {package.out})" if package.status == 0 else "tells none"


async def save(what, tuner, channel, number, folder):
    """Tune a tuner and save `SECONDS` of it; the packets that came, without an error, and the file."""
    saved = folder / f"tuner{tuner}.ts"
    await given(what, f"/tuner{tuner}/vchannel", number)
    tool = ("timeout", "-s", "INT", str(SECONDS), client("hdhomerun_config"))
    result = await run(*tool, what, "save", f"/tuner{tuner}", saved, deadline=SECONDS + 20)
    found = STATISTICS.search(result.err)
    assert found, result
    packets, *errors = map(int, found.groups())
    assert errors == [0, 0, 0, 0], found[0]
    assert packets > 100
    await given(what, f"/tuner{tuner}/vchannel", "none")
    facts = walk(saved.read_bytes())
    assert facts.first == ("PAT", "PMT", "access point")
    assert facts.continuity == ()
    video, audio = CODECS[channel]
    assert await probe(str(saved)) == {"video": video, "audio": audio}
    return packets


@pytest.fixture
async def numbers(house):
    """The number of each channel by its name."""
    return {row["GuideName"]: row["GuideNumber"] for row in await house.json("/lineup.json")}


@pytest.fixture
async def identity(house, native):
    return (await house.json("/discover.json"))["DeviceID"]


@pytest.mark.client("hdhomerun_config", "discovers by address; gets help and every variable; is told of errors")
async def test_C02_C03_C09_the_vendor_s_tool_reads(house, identity, saw):
    found = await ask("discover", LOOPBACK)
    assert found == (0, f"hdhomerun device {identity} found at {LOOPBACK}")
    assert (await told(LOOPBACK, "help")).startswith("Supported configuration options:")
    for variable, pattern in VARIABLES.items():
        assert re.fullmatch(pattern, await told(LOOPBACK, variable)), variable
    assert await ask(LOOPBACK, "get", "/nope") == (1, "ERROR: unknown getset variable")
    status, answer = await ask(LOOPBACK, "get", f"/tuner{TUNERS}/status")
    assert (status, answer[:6]) == (1, "ERROR:")
    saw(await version(), f"{identity} found; {len(VARIABLES)} variables; 2 errors with status 1")


@pytest.mark.client("hdhomerun_config", "tunes by number and reads what the stream really is, locks, unlocks")
async def test_C02_C06_C09_the_vendor_s_tool_tunes(house, numbers, native, saw):
    number = numbers[TS]
    await given(LOOPBACK, "/tuner1/vchannel", number)

    async def locked():
        return re.fullmatch(
            r"ch=\S+ lock=(?!none)\S+ ss=\d+ snq=\d+ seq=\d+ bps=[1-9]\d+ pps=\d+",
            await told(LOOPBACK, "/tuner1/status"),
        )

    status = await until(locked, deadline=20, every=0.3, what="a lock")
    assert (await told(LOOPBACK, "/tuner1/vstatus")).startswith(f"vch={number} name={TS} ")
    assert f": {number} {TS}" in await told(LOOPBACK, "/tuner1/streaminfo")
    assert await house.tuners_in_use() == 1
    await given(LOOPBACK, "/tuner1/vchannel", "none")
    await house.idle(deadline=5)
    await given(LOOPBACK, "/tuner1/lockkey", "4711")
    assert await told(LOOPBACK, "/tuner1/lockkey") == LOOPBACK
    refused = await ask(LOOPBACK, "set", "/tuner1/vchannel", number)
    assert refused == (1, f"ERROR: resource locked by {LOOPBACK}")
    await given(LOOPBACK, "/tuner1/lockkey", "force")
    assert await told(LOOPBACK, "/tuner1/lockkey") == "none"
    saw(await version(), status[0])


@pytest.mark.client("hdhomerun_config", "saves 5 s of a TS and of an HLS channel, by address")
async def test_C07_C09_the_vendor_s_tool_saves(house, numbers, native, saw, tmp_path):
    packets = [await save(LOOPBACK, 0, name, numbers[name], tmp_path) for name in (TS, HLS)]
    await house.idle(deadline=10)
    assert await told(LOOPBACK, "/tuner0/lockkey") == "none"
    saw(await version(), f"{packets[0]:,} and {packets[1]:,} packets, 0 sequence errors, 0 others")


@pytest.mark.client("hdhomerun_config", "saves 5 s of four channels on four tuners at once")
async def test_C07_C09_the_vendor_s_tool_saves_on_four_tuners(house, numbers, native, saw, tmp_path):
    names = [name for name in CHANNELS if name != AC3]
    packets = await asyncio.gather(
        *(save(LOOPBACK, tuner, name, numbers[name], tmp_path) for tuner, name in enumerate(names))
    )
    await house.idle(deadline=10)
    saw(await version(), f"{', '.join(f'{each:,}' for each in packets)} packets, 0 sequence errors, 0 others")


@pytest.mark.client("hdhomerun_config", "scans, by address: nothing is found by frequency")
async def test_C09_the_vendor_s_tool_scans(house, native, saw, tmp_path):
    listed = tmp_path / "scan.txt"
    await ask(LOOPBACK, "scan", "/tuner0", listed, deadline=100)
    lines = listed.read_text().splitlines()
    scanned = [line for line in lines if line.startswith("SCANNING:")]
    assert len(scanned) > 30
    assert {line for line in lines if line.startswith("LOCK:")} == {"LOCK: none (ss=0 snq=0 seq=0)"}
    assert not [line for line in lines if line.startswith(("PROGRAM", "TSID"))]
    assert await told(LOOPBACK, "/tuner0/lockkey") == "none"
    assert await house.tuners_in_use() == 0
    saw(await version(), f"{len(scanned)} frequencies, none locks, tuner unlocked afterwards")


@pytest.mark.client("hdhomerun_config", "discovers by broadcast, then asks and saves by id, in a network of its own")
@pytest.mark.usefixtures("network")
async def test_C09_the_vendor_s_tool_finds_us_by_broadcast(house, identity, numbers, saw, tmp_path):
    assert await ask("discover") == (0, f"hdhomerun device {identity} found at {ADDRESS}")
    assert re.fullmatch(VARIABLES["/sys/model"], await told(identity, "/sys/model"))
    packets = await save(identity, 0, TS, numbers[TS], tmp_path)
    await house.idle(deadline=10)
    saw(await version(), f"{identity} found at {ADDRESS}; {packets:,} packets, 0 sequence errors, 0 others")
