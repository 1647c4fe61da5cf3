"""A pretended HDHomeRun device that speaks the native protocol, by UDP and TCP on one port of an address."""

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager

from tunerr.errors import MalformedPacket
from tunerr.hdhomerun.discovery import Tuner, read_request
from tunerr.hdhomerun.getset import Answer, Refusal, read_getset
from tunerr.hdhomerun.packet import PacketReader
from tunerr.model.device_id import DeviceId


class NativeDevice:
    """Answers as the vendor's devices do; a test may change what it says, and read what it was asked."""

    def __init__(self, device_id=0x1050ABCE, base_url="", tuners=2):
        self.tuners = [Tuner(device_id, base_url, f"{base_url}/lineup.json", tuners, "x" * 24)]
        self.variables = {
            "/sys/model": "hdhomerun4_atsc",
            "/sys/hwmodel": "HDHR4-2US",
            "/sys/version": "20230713",
        } | {f"/tuner{number}/status": "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0" for number in range(tuners)}
        self.requests = []  # discovery, as it was read
        self.asked = []  # variables, as they were read
        self.talks = []

    def datagrams(self, received):
        """What is answered to one datagram."""
        try:
            request = read_request(received)
        except MalformedPacket:
            return []
        self.requests.append(request)
        known = [one for one in self.tuners if request.asks_for(DeviceId.nearest(one.device_id))]
        return [one.encode() for one in known]

    def reply(self, question):
        """What is answered to a get or set, as a frame."""
        self.asked.append(question)
        if question.name not in self.variables:
            return Refusal("ERROR: unknown getset variable").packet().encode()
        if question.value is not None:
            self.variables[question.name] = question.value
        return Answer(question.name, self.variables[question.name]).packet().encode()

    async def talk(self, reader, writer):
        """Serve one connection."""
        self.talks.append(asyncio.current_task())
        packets = PacketReader()
        try:
            while data := await reader.read(4096):
                for packet in packets.feed(data):
                    writer.write(self.reply(read_getset(packet)))
        except (MalformedPacket, ConnectionError):
            pass
        finally:
            writer.close()


@contextmanager
def answering(device, udp):
    """The device answers what comes to a bound socket."""
    udp.setblocking(False)

    def read():
        received, sender = udp.recvfrom(4096)
        for datagram in device.datagrams(received):
            udp.sendto(datagram, sender)

    loop = asyncio.get_running_loop()
    loop.add_reader(udp, read)
    try:
        yield
    finally:
        loop.remove_reader(udp)


@asynccontextmanager
async def native(device, *, host="127.0.0.1", port=0, tcp=True):
    """Serve the device; gives the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind((host, port))
        port = udp.getsockname()[1]
        with answering(device, udp):
            server = await asyncio.start_server(device.talk, host, port) if tcp else None
            try:
                yield port
            finally:
                if server is not None:
                    server.close()
                    await asyncio.gather(*device.talks)  # they end when the client is gone
