"""Machines of a house that speak the native protocol as they like, and what must not come of it."""

import asyncio
import random
import socket
import time
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.tools.recording import record, vanish
from tests.tools.soak import POPULAR
from tunerr.hdhomerun.discovery import Request, read_tuner
from tunerr.hdhomerun.getset import Answer, GetSet, Refusal, read_reply
from tunerr.hdhomerun.packet import PacketReader
from tunerr.lab.bench.flood_packets import broken, datagrams

MACHINES, VANDALS, TUNERS = 24, 6, 6
PATIENCE = 5.0  # seconds to an answer, on a busy machine
SIZES = {"udp": 1316, "rtp": 1328}
READ = ("status", "vstatus", "streaminfo", "lockkey", "channel", "vchannel", "program", "filter", "target", "debug")
# A datagram that was on its way, and the loop's turn to stop the next one.
STILL_COMING = 0.5


class Wire:
    """A control connection from an address of its own."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.packets = reader, writer, PacketReader()

    async def ask(self, name, value=None, key=0):
        """The value, or the Refusal. Raises ConnectionError when the device closes the connection."""
        self.writer.write(GetSet(name, value, key).packet().encode())
        async with asyncio.timeout(PATIENCE):
            while data := await self.reader.read(4096):
                for packet in self.packets.feed(data):
                    reply = read_reply(packet)
                    return reply.value if isinstance(reply, Answer) else reply
        raise ConnectionResetError(f"closed at {name}")


@asynccontextmanager
async def wire(address, port):
    """Connect from `address`; closed with the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@dataclass
class Ear(asyncio.DatagramProtocol):
    """Where a target is received; `sizes` of the datagrams, and how many `strange` ones were no stream."""

    sizes: Counter = field(default_factory=Counter)
    strange: int = 0
    last: float = 0.0

    def datagram_received(self, data, addr):
        self.sizes[len(data)] += 1
        self.strange += data[len(data) % 188 :: 188].count(0x47) != len(data) // 188
        self.last = time.monotonic()


@asynccontextmanager
async def ear(address):
    """Listen at `address`: the ear, its port, and a function that closes it before the block ends."""
    loop = asyncio.get_running_loop()
    transport, listening = await loop.create_datagram_endpoint(Ear, local_addr=(address, 0))
    try:
        yield listening, transport.get_extra_info("sockname")[1], transport.close
    finally:
        transport.close()


@dataclass
class House:
    """Everybody in it. `done` counts what they did, `wrong` names what must not be."""

    control: int
    discover: int
    lineup: list[dict]
    folder: object
    seed: int
    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    datagrams: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    async def evening(self, minutes):
        """All machines, viewers and vandals until it is over."""
        end = time.monotonic() + minutes * 60
        await asyncio.gather(
            *(self._live(f"127.0.2.{10 + number}", end) for number in range(MACHINES)),
            *(self._rage(f"127.0.3.{10 + number}", end) for number in range(VANDALS)),
        )

    async def at_rest(self):
        """What is left when everybody has been gone for long; empty when nothing is."""
        left = []
        async with wire("127.0.4.1", self.control) as visitor:
            # The channel that was wanted is remembered; it must not play.
            for name, wanted in (("lockkey", "none"), ("target", "none"), ("status", " lock=none ")):
                for tuner in range(TUNERS):
                    value = await visitor.ask(f"/tuner{tuner}/{name}")
                    left += [f"/tuner{tuner}/{name} is {value}"] * (wanted not in value)
        return left

    async def _live(self, address, end):
        dice = random.Random(f"{address} {self.seed}")
        habits = {self._find: 2, self._look: 2, self._record: 8, self._hold: 3, self._rob: 2, self._watch: 2}
        await asyncio.sleep(dice.uniform(0, 2))
        while time.monotonic() < end:
            habit = dice.choices(list(habits), habits.values())[0]
            self.done[habit.__name__.strip("_")] += 1
            try:
                await habit(dice, address)
            except (ConnectionError, TimeoutError) as error:
                self._complain(f"{address} in {habit.__name__}: {error!r}")
            await asyncio.sleep(dice.uniform(0.05, 1.0))

    async def _find(self, dice, address):
        """Search, as programs do before they connect."""
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as client:
            client.bind((address, 0))
            await loop.sock_sendto(client, Request().encode(), ("127.0.0.1", self.discover))
            async with asyncio.timeout(PATIENCE):
                if not read_tuner(await loop.sock_recv(client, 2000)).base_url.startswith("http://127.0.0.1:"):
                    self._complain("a wrong base URL")

    async def _look(self, dice, address):
        """Read variables, some of which there are not."""
        async with wire(address, self.control) as device:
            for _ in range(dice.randint(1, 20)):
                name = dice.choice((f"/tuner{dice.randrange(TUNERS + 2)}/{dice.choice(READ)}", "/sys/model", "/nope"))
                self._note(await device.ask(name))

    async def _record(self, dice, address):
        """Lock, tune, receive, and leave in one of many ways."""
        form, key, number = dice.choice(list(SIZES)), dice.randrange(1, 2**32), self._number(dice)
        async with wire(address, self.control) as device, ear(address) as (heard, port, deafen):
            tuner = f"/tuner{dice.randrange(TUNERS)}"
            if not self._note(await device.ask(f"{tuner}/lockkey", str(key))):
                return
            self._note(await device.ask(f"{tuner}/vchannel", number, key))
            self._note(await device.ask(f"{tuner}/target", f"{form}://{address}:{port}", key))
            await asyncio.sleep(dice.choice((0.05, 0.5, 2, 6)) * dice.uniform(0.5, 1.5))
            self._note(await device.ask(f"{tuner}/status"))
            match dice.choice(("tidy", "tidy", "target", "zap", "vanish", "deaf", "close")):
                case "tidy":
                    self._note(await device.ask(f"{tuner}/target", "none", key))
                    self._note(await device.ask(f"{tuner}/lockkey", "none", key))
                    await self._silent(heard)
                case "target":
                    self._note(await device.ask(f"{tuner}/target", "none", key))
                    await self._silent(heard)
                case "zap":
                    self._note(await device.ask(f"{tuner}/vchannel", self._number(dice), key))
                    await asyncio.sleep(dice.uniform(0, 2))
                case "vanish":
                    vanish(device.writer)
                case "deaf":
                    deafen()
                    await asyncio.sleep(dice.uniform(0, 3))
        self.datagrams[form] += heard.sizes.total()
        if heard.strange or set(heard.sizes) - {SIZES[form]}:
            self._complain(f"{form} datagrams of {dict(heard.sizes)}, {heard.strange} strange")

    async def _silent(self, heard):
        asked = time.monotonic()
        await asyncio.sleep(STILL_COMING * 2)
        if heard.last > asked + STILL_COMING:
            self._complain(f"a target went on for {heard.last - asked:.1f} s after it had been ended")

    async def _hold(self, dice, address):
        """Tune without a target, and forget it."""
        async with wire(address, self.control) as device:
            tuner = f"/tuner{dice.randrange(TUNERS)}"
            self._note(await device.ask(f"{tuner}/vchannel", self._number(dice)))
            self._note(await device.ask(f"{tuner}/channel", dice.choice(("none", "auto:473000000", "x" * 40))))
            await asyncio.sleep(dice.uniform(0, 3))

    async def _rob(self, dice, address):
        """Break somebody's lock."""
        async with wire(address, self.control) as device:
            self._note(await device.ask(f"/tuner{dice.randrange(TUNERS)}/lockkey", "force"))

    async def _watch(self, dice, address):
        """Watch by HTTP, on whichever tuner."""
        url = dice.choices(self.lineup, POPULAR)[0]["URL"]
        if dice.random() < 0.5:
            url = url.replace("/auto/", f"/tuner{dice.randrange(TUNERS)}/")
        seen = await record(url, self.folder / f"{address}.ts", seconds=dice.uniform(0.3, 8), reset=dice.random() < 0.5)
        self.refused[f"HTTP {seen.error}"] += seen.status == 503

    async def _rage(self, address, end):
        """Send what is no request, on both ports, and leave connections standing about."""
        dice = random.Random(f"{address} {self.seed}")
        mix = datagrams(dice)
        while time.monotonic() < end:
            self.done["rage"] += 1
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
                noise.bind((address, 0))
                for _ in range(20):
                    noise.sendto(next(mix), ("127.0.0.1", self.discover))
            async with wire(address, self.control) as device:
                frame = GetSet(f"/tuner{dice.randrange(TUNERS)}/vchannel", "1").packet().encode()
                with suppress(ConnectionError):
                    device.writer.write(dice.choice((frame[:-3], broken(frame, dice), dice.randbytes(200), b"")))
                    await device.writer.drain()
                await asyncio.sleep(dice.uniform(0, 2))
                if dice.random() < 0.5:
                    vanish(device.writer)

    def _number(self, dice):
        return dice.choices(self.lineup, POPULAR)[0]["GuideNumber"]

    def _note(self, reply):
        """Whether it was granted; a refusal is counted by its words."""
        if isinstance(reply, Refusal):
            words = reply.message.split(" by ")[0]
            self.refused[words] += 1
            if not words.startswith("ERROR: "):
                self._complain(f"refused with {reply.message!r}")
        return not isinstance(reply, Refusal)

    def _complain(self, text):
        self.wrong.append(f"seed {self.seed} at {time.strftime('%H:%M:%S')}: {text}")
