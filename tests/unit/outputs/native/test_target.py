import asyncio
import socket
import struct
import time
from contextlib import asynccontextmanager, closing
from itertools import pairwise

import pytest
import uvloop

from tests.tools.clock import ManualClock
from tests.tools.media import make_ts
from tests.tools.until import until
from tests.unit.gateway.clocked import even
from tests.unit.gateway.rig import (
    FakeOpener,
    Feed,
    continuity_errors,
    decoding_errors,
    joins_cleanly,
    packets,
    pid_of,
    row,
    running,
    whole_units,
)
from tests.unit.gateway.viewers_rig import beside, hub_of
from tests.unit.outputs.native.pacer_run import most_ahead
from tests.unit.outputs.native.receiver import receiving
from tunerr.gateway.piece import Piece
from tunerr.gateway.real_time import Pace
from tunerr.model.status import Client
from tunerr.outputs.hdhr.native.datagrams import DatagramTransport
from tunerr.outputs.hdhr.native.keepalive import KeepaliveListener
from tunerr.outputs.hdhr.native.target import Target, send
from tunerr.support.clock import SystemClock

CLIENT = Client("127.0.0.1", "HDHomeRun")


class Heard:
    """Keepalives that a test makes."""

    def __init__(self):
        self.at = None

    def heard(self, address, port):
        return self.at


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return make_ts(tmp_path_factory.mktemp("target") / "a.ts", seconds=8).read_bytes()


def sending(viewer, target, *, clock=None, keepalives=None):
    return beside(send(viewer, target, clock=clock or SystemClock(), keepalives=keepalives or Heard()))


@asynccontextmanager
async def watching(data, **feed):
    opener = FakeOpener({"1-0": [Feed(data, **feed)]})
    async with running(opener) as gateway, gateway.watch(row(), client=CLIENT) as viewer:
        yield viewer


def published(made, seconds):
    """A hub with a viewer, and what publishes so many seconds of the stream more."""
    hub, at = hub_of(clock=SystemClock()), 0

    def publish(seconds):
        nonlocal at
        for _ in range(round(seconds * 25)):
            data = b"".join(made.packets[at : at + 106])
            at += 106
            hub.publish(Piece(data, at / 106 * 0.04, (0,)))

    publish(seconds)
    return hub, hub.admit(CLIENT), publish


@pytest.mark.parametrize("rtp", [False, True], ids=["udp", "rtp"])
async def test_C07_a_stream_begins_with_an_access_point_after_100_ms_and_is_whole_to_its_end(sample, rtp):
    rate = len(sample) / 8
    skip = 12 if rtp else 0
    async with watching(sample, rate=rate, then="wait") as viewer:
        with receiving() as receiver:
            began = time.monotonic()
            async with sending(viewer, receiver.target(rtp=rtp)):
                await until(lambda: len(receiver.got) > 4 * rate / 1316, deadline=10)
            await asyncio.sleep(0.15)
            sent = len(receiver.got)
            await asyncio.sleep(0.15)
            assert len(receiver.got) == sent, "nothing comes after the end"
    assert receiver.got[0][0] - began >= 0.099
    assert receiver.sizes == {1316 + skip}
    body = receiver.stream(skip)
    assert joins_cleanly(body)
    assert continuity_errors(body) == []
    errors, frames = await asyncio.to_thread(decoding_errors, whole_units(body))
    assert errors == ""
    assert frames
    assert most_ahead(leads(receiver.got, skip)) <= 0.5  # 0.1 is proved by the pacer on its own clock
    if rtp:
        headers = [struct.unpack(">BBHLL", data[:12]) for _, data in receiver.got]
        assert {header[:2] for header in headers} == {(0x80, 33)}
        assert len({header[4] for header in headers}) == 1
        assert {(later[2] - earlier[2]) % 65536 for earlier, later in pairwise(headers)} == {1}
        stamps = (headers[-1][3] - headers[0][3]) % (1 << 32) / 90_000
        assert stamps == pytest.approx(receiver.got[-1][0] - receiver.got[0][0], abs=1.0)


def leads(got, skip):
    """Of the datagrams with a PCR: its second of stream minus the moment of arrival."""
    pace, found = Pace(), []
    for now, data in got:
        before = pace.seconds
        for _ in pace.feed(data[skip:]):
            pass
        if pace.seconds != before:
            found.append(pace.seconds - now)
    return found


async def test_a_session_that_ends_is_sent_to_the_end_and_filled_up():
    made = even(3)
    hub, viewer, publish = published(made, 0.4)
    with receiving() as receiver:
        async with sending(viewer, receiver.target()) as task:
            publish(0.2)
            await until(lambda: receiver.got, deadline=10)
            hub.finish()
            assert await asyncio.wait_for(task, 10) == "ended"
        await until(lambda: len(receiver.stream()) >= 6 * 106 * 188, deadline=10)
    hub.stop()
    # It began at the newest entry, the tenth piece.
    expected = b"".join(made.packets[9 * 106 : 15 * 106])
    assert receiver.stream()[: len(expected)] == expected
    rest = packets(receiver.stream())[6 * 106 :]
    assert len(rest) < 7
    assert all(pid_of(packet) == 0x1FFF for packet in rest)


async def test_a_long_burst_stays_in_the_ring_and_is_sent_in_real_time():
    made = even(12, bitrate=4_000_000)
    hub, viewer, publish = published(made, 0.04)
    with receiving() as receiver:
        async with sending(viewer, receiver.target()):
            began = time.monotonic()
            publish(10)
            await asyncio.sleep(0.6)
            assert viewer.transport.get_write_buffer_size() <= (256 << 10) + 106 * 188
            assert viewer.behind > 8
            assert len(receiver.stream()) * 8 <= 4_000_000 * (time.monotonic() - began)
    hub.stop()
    assert made.data.startswith(receiver.stream())


async def test_it_is_gone_when_nobody_receives_any_more():
    hub, viewer, publish = published(even(20), 0.4)
    with receiving() as receiver:
        target = receiver.target()
        task = asyncio.get_running_loop().create_task(send(viewer, target, clock=SystemClock(), keepalives=Heard()))
        publish(10)
        await until(lambda: receiver.got, deadline=10)
    began = time.monotonic()
    assert await asyncio.wait_for(task, 10) == "gone"
    assert time.monotonic() - began >= 0.4
    assert viewer.over
    hub.stop()


async def test_a_refusal_before_the_client_listens_ends_nothing():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    hub, viewer, publish = published(even(20), 0.4)
    async with sending(viewer, Target(False, "127.0.0.1", port)) as task:
        publish(10)
        await asyncio.sleep(0.2)  # a refusal or two
        with receiving(port) as receiver:
            await until(lambda: len(receiver.got) > 400, deadline=15)
            assert not task.done()
    hub.stop()


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "never heard"])
async def test_missing_keepalives_end_it_after_5_seconds_if_there_were_any(heard):
    clock, keepalives = ManualClock(), Heard()
    clock.advance(100)
    keepalives.at = 99.0  # of the client's stream before this one
    hub, viewer, _ = published(even(1), 0.4)
    with receiving() as receiver:
        async with sending(viewer, receiver.target(), clock=clock, keepalives=keepalives) as task:
            clock.advance(3)
            if heard:
                keepalives.at = 103.0
            await asyncio.sleep(0.6)
            clock.advance(5)
            await asyncio.sleep(0.6)
            assert not task.done()
            clock.advance(0.1)
            if heard:
                assert await asyncio.wait_for(task, 15) == "no keepalive"
            else:
                await asyncio.sleep(0.6)
                assert not task.done()
    hub.stop()


async def test_a_full_kernel_keeps_what_it_could_not_take(monkeypatch):
    """With a sender that is refused room half of the time every byte still comes, in order."""

    class Stubborn:
        def __init__(self, sock):
            self._sock = sock
            self._turn = 0

        def sendmsg(self, parts):
            self._turn += 1
            if self._turn % 2:
                raise BlockingIOError(11, "full")
            return self._sock.sendmsg(parts)

        def __getattr__(self, name):
            return getattr(self._sock, name)

    made = even(0.4)
    with receiving() as receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect(("127.0.0.1", receiver.port))
        transport = DatagramTransport(Stubborn(sock), rtp=True, clock=SystemClock(), behind=lambda: 0.0)
        transport.writelines([made.data[:188], memoryview(made.data)[188:]])
        await asyncio.wait_for(transport.drain(), 8)
        transport.close()
        await until(lambda: len(receiver.stream(12)) >= len(made.data), deadline=15)
    assert receiver.stream(12)[: len(made.data)] == made.data
    numbers = [struct.unpack(">H", data[2:4])[0] for _, data in receiver.got]
    assert {(later - earlier) % 65536 for earlier, later in pairwise(numbers)} == {1}


async def test_radio_that_came_in_one_piece_goes_in_its_own_time():
    made = even(2, bitrate=40_000)  # a datagram each 0.28 s
    with receiving() as receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect(("127.0.0.1", receiver.port))
        transport = DatagramTransport(sock, rtp=False, clock=SystemClock(), behind=lambda: 0.0)
        transport.write(made.data)
        began = time.monotonic()
        await asyncio.wait_for(transport.drain(), 8)
        took = time.monotonic() - began
        transport.close()
    assert 0.1 + 2 - 0.6 < took < 3.5  # one that sleeps past its own pauses needs twice the time


def test_it_runs_on_uvloop_too(sample):
    async def run():
        async with watching(sample, rate=len(sample) / 8) as viewer:
            # Left open, it would hold uvloop's end for ever where warnings are errors.
            with closing(KeepaliveListener(clock=SystemClock())) as keepalives, receiving() as receiver:
                assert await keepalives.listen("127.0.0.1", 0)
                async with sending(viewer, receiver.target(rtp=True), keepalives=keepalives):
                    assert keepalives.heard("127.0.0.1", receiver.port) is None
                    await until(lambda: len(receiver.got) > 0, deadline=20)
                    receiver.sock.sendto(bytes(4), keepalives.addresses[0])
                    await until(lambda: len(receiver.got) > 60, deadline=20)
                    assert keepalives.heard("127.0.0.1", receiver.port) is not None
                assert receiver.sizes == {1328}
                assert continuity_errors(receiver.stream(12)) == []

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("udp://192.0.2.5:5000", Target(False, "192.0.2.5", 5000)),
        ("rtp://192.0.2.5:65535", Target(True, "192.0.2.5", 65535)),
        ("rtp://[2001:db8::5]:5000", Target(True, "2001:db8::5", 5000)),
    ],
)
def test_a_target_is_read_and_written(text, target):
    assert Target.parse(text) == target
    assert str(target) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "none", "http://192.0.2.5:5000", "udp://192.0.2.5", "udp://192.0.2.5:0", "udp://192.0.2.5:65536",
        "udp://example.org:5000", "udp://239.1.1.1:5000", "udp://0.0.0.0:5000", "udp://255.255.255.255:5000",
        "udp://[ff02::1]:5000", "udp://192.0.2.5:5000 ttl=64", "udp://192.0.2.5:५०",
    ],
)  # fmt: skip
def test_what_is_no_target_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"^invalid target: "):
        Target.parse(text)
