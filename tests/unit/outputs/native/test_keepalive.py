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
    await until(lambda: listener.heard(*place) == 7, deadline=15)
    listener._clock.advance(3)
    client.sendto(LOCK_KEY, address)
    await until(lambda: listener.heard(*place) == 10, deadline=15)
    assert listener.heard(place[0], place[1] ^ 1) is None


async def test_only_four_bytes_are_a_keepalive_and_none_is_answered(listener, client):
    assert await listener.listen("127.0.0.1", 0)
    [address] = listener.addresses
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        for sock in (client, other):
            assert listener.heard(*sock.getsockname()) is None
        for data in (b"", b"123", b"12345", bytes(1400)):
            other.sendto(data, address)
        client.sendto(LOCK_KEY, address)
        await until(lambda: listener.heard(*client.getsockname()) is not None, deadline=15)
        assert listener.heard(*other.getsockname()) is None
        for sock in (other, client):
            sock.setblocking(False)
            with pytest.raises(BlockingIOError):
                sock.recv(100)


async def test_C07_a_flood_from_elsewhere_pushes_nobody_out_and_is_not_kept(listener):
    assert listener.heard("192.0.2.1", 6000) is None
    listener._clock.advance(3)
    listener.take(LOCK_KEY, "192.0.2.1", 6000)
    for number in range(10_000):
        listener.take(LOCK_KEY, f"10.0.{number >> 8}.{number & 255}", 5000)
    assert listener.heard("192.0.2.1", 6000) == 3
    assert len(listener._heard) == 1


async def test_the_places_that_it_is_asked_about_are_bounded_and_the_newest_are_kept(listener):
    assert listener.heard("192.0.2.1", 6000) is None
    listener.take(LOCK_KEY, "192.0.2.1", 6000)
    for port in range(1, 10_000):
        assert listener.heard("192.0.2.2", port) is None
        assert listener.heard("192.0.2.1", 6000) is not None
    assert len(listener._heard) == 256


async def test_C07_without_a_host_it_listens_where_http_does(listener):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert await listener.listen("", port)
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind((host, 0))
            place = sock.getsockname()[:2]
            assert listener.heard(*place) is None
            listener._clock.advance(1)
            sock.sendto(LOCK_KEY, (host, port))
            await until(lambda place=place: listener.heard(*place) is not None, deadline=15)


async def test_a_taken_port_is_no_error(listener, client):
    host, port = client.getsockname()
    assert not await listener.listen(host, port)
    assert listener.addresses == ()
    assert listener.heard(host, port) is None


async def test_ipv4_that_comes_to_a_socket_for_both_is_named_as_ipv4(listener):
    for address in ("192.0.2.7", "2001:db8::7"):
        assert listener.heard(address, 5000) is None
    listener.take(LOCK_KEY, "::ffff:192.0.2.7", 5000)
    listener.take(LOCK_KEY, "2001:db8::7", 5000)
    assert listener.heard("192.0.2.7", 5000) is not None
    assert listener.heard("2001:db8::7", 5000) is not None
