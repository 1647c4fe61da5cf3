import asyncio
import shutil
import socket
from contextlib import asynccontextmanager

import pytest

from tests.tools.hdhr_native_device import NativeDevice, native
from tunerr.errors import MalformedPacket, Unreachable
from tunerr.hdhomerun.getset import Answer, GetSet, Refusal
from tunerr.providers.hdhr.control import WAIT_SECONDS, controlling

HERE = "127.0.0.1"
GET = "/sys/model"


async def test_get_and_set():
    device = NativeDevice()
    device.variables["/tuner0/channel"] = "none"
    async with native(device) as port, controlling(HERE, port) as control:
        assert await control.get(GET) == Answer(GET, "hdhomerun4_atsc")
        assert await control.set("/tuner0/channel", "auto:5", lock_key=7) == Answer("/tuner0/channel", "auto:5")
        assert await control.get("/nope") == Refusal("ERROR: unknown getset variable")
    assert device.asked == [GetSet(GET), GetSet("/tuner0/channel", "auto:5", 7), GetSet("/nope")]


def test_the_limit_is_the_vendor_s():
    assert WAIT_SECONDS == 2.5


@asynccontextmanager
async def saying(*pieces, pause=0.0, then_close=False):
    """A server that answers the first question with these bytes."""
    talks = []

    async def talk(reader, writer):
        talks.append(asyncio.current_task())
        await reader.read(100)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            if not then_close:
                await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, HERE, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*talks)


ANSWER = Answer(GET, "x").packet().encode()


async def test_an_answer_may_come_byte_by_byte():
    async with saying(*(bytes([byte]) for byte in ANSWER)) as port, controlling(HERE, port) as control:
        assert await control.get(GET) == Answer(GET, "x")


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ((), Unreachable, "not answered within 0.2 s"),
        ((ANSWER[:5],), Unreachable, "not answered"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), MalformedPacket, "too long"),
        ((ANSWER[:-1] + b"\0",), MalformedPacket, "CRC"),
        ((b"\0\5\xff\xff",), MalformedPacket, "too long"),
        ((GetSet(GET).packet().encode(),), MalformedPacket, "no reply"),
        ((Answer("/other", "x").packet().encode(),), MalformedPacket, "/other when it is asked /sys/model"),
    ],
)
async def test_what_is_no_answer_is_told(said, error, words):
    wait = 0.2 if error is Unreachable else 10
    async with saying(*said) as port, controlling(HERE, port, wait=wait) as control:
        with pytest.raises(error, match=words):
            await control.get(GET)


async def test_slow_drops_are_not_waited_for_longer():
    drops = (bytes([byte]) for byte in ANSWER)
    async with saying(*drops, pause=0.05) as port, controlling(HERE, port, wait=0.2) as control:
        with pytest.raises(Unreachable, match="not answered"):
            await control.get(GET)


async def test_a_connection_that_ends_is_told():
    async with saying(then_close=True) as port, controlling(HERE, port) as control:
        with pytest.raises(Unreachable, match="closed the connection"):
            await control.get(GET)
        with pytest.raises(Unreachable):
            await control.get(GET)


async def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind((HERE, 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable, match=f"TCP port {port}") as caught:
            async with controlling(HERE, port):
                pass
    assert caught.value.hint


@pytest.mark.client
@pytest.mark.skipif(shutil.which("hdhomerun_config") is None, reason="hdhomerun-config is not installed")
async def test_the_vendor_s_own_tool_reads_what_is_written_here():
    device = NativeDevice(0x1040FE50, "http://127.0.0.1:5004")
    device.variables |= {"/tuner0/channel": "none", "long": "y" * 1300}

    async def run(*arguments):
        process = await asyncio.create_subprocess_exec(
            "hdhomerun_config", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await process.communicate()
        return process.returncode, out.decode().strip()

    async with if_free(native(device, port=65001)):
        assert await run("discover", HERE) == (0, "hdhomerun device 1040FE50 found at 127.0.0.1")
        assert await run(HERE, "get", GET) == (0, "hdhomerun4_atsc")
        assert await run(HERE, "get", "long") == (0, "y" * 1300)
        assert await run(HERE, "set", "/tuner0/channel", "auto:57000000") == (0, "")
        assert await run(HERE, "get", "/tuner0/channel") == (0, "auto:57000000")
        assert await run(HERE, "get", "/nope") == (1, "ERROR: unknown getset variable")
    assert GetSet("/tuner0/channel", "auto:57000000") in device.asked


@asynccontextmanager
async def if_free(context):
    """The clients know one port only, which another program of this machine may have."""
    try:
        await context.__aenter__()
    except OSError:
        pytest.skip("port 65001 is taken")
    try:
        yield
    finally:
        await context.__aexit__(None, None, None)
