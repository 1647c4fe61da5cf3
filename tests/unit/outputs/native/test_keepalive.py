import socket

import pytest

from tests.tools.clock import ManualClock
from tests.tools.until import until
from tunerr.outputs.hdhr.native.keepalive import KeepaliveListener

LOCK_KEY = (0x01020304).to_bytes(4, "big")


@pytest.fixture
async def listener():
    made = KeepaliveListener(clock=ManualClock())
    yield made
    made.close()


@pytest.fixture
def client():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock


async def test_C07_it_tells_when_a_place_was_heard_last(listener, client):
    assert await listener.listen("127.0.0.1", 0)
    [address] = listener.addresses
    place = client.getsockname()
    assert listener.heard(*place) is None
    listener._clock.advance(7)
    client.sendto(LOCK_KEY, address)
    await until(lambda: listener.heard(*place) == 7, deadline=2)
    listener._clock.advance(3)
    client.sendto(LOCK_KEY, address)
    await until(lambda: listener.heard(*place) == 10, deadline=2)
    assert listener.heard(place[0], place[1] ^ 1) is None


async def test_only_four_bytes_are_a_keepalive_and_none_is_answered(listener, client):
    assert await listener.listen("127.0.0.1", 0)
    [address] = listener.addresses
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        for data in (b"", b"123", b"12345", bytes(1400)):
            other.sendto(data, address)
        client.sendto(LOCK_KEY, address)
        await until(lambda: listener.heard(*client.getsockname()) is not None, deadline=2)
        assert listener.heard(*other.getsockname()) is None
        for sock in (other, client):
            sock.setblocking(False)
            with pytest.raises(BlockingIOError):
                sock.recv(100)


async def test_its_memory_is_bounded_and_the_newest_are_kept(listener):
    for number in range(10_000):
        listener.take(LOCK_KEY, f"10.0.{number >> 8}.{number & 255}", 5000)
        assert number == 0 or listener.heard("192.0.2.1", 6000) is not None
        listener.take(LOCK_KEY, "192.0.2.1", 6000)
    assert len(listener._heard) == 256
    assert listener.heard("10.0.39.15", 5000) is not None
    assert listener.heard("10.0.0.0", 5000) is None


async def test_a_taken_port_is_no_error(listener, client):
    host, port = client.getsockname()
    assert not await listener.listen(host, port)
    assert listener.addresses == ()
    assert listener.heard(host, port) is None


async def test_ipv4_that_comes_to_a_socket_for_both_is_named_as_ipv4(listener):
    listener.take(LOCK_KEY, "::ffff:192.0.2.7", 5000)
    listener.take(LOCK_KEY, "2001:db8::7", 5000)
    assert listener.heard("192.0.2.7", 5000) is not None
    assert listener.heard("2001:db8::7", 5000) is not None
