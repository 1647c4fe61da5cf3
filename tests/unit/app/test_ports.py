"""Listening sockets that stay open: whoever comes while nobody takes connections waits, and isn't refused."""

import errno
import socket
import threading

import pytest

from tunerr.app.ports import Ports


@pytest.fixture
def ports():
    made = Ports()
    yield made
    made.close()


@pytest.fixture
def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def close(sockets):
    for one in sockets:
        one.close()


def test_who_comes_between_two_runs_waits(ports, free):
    first = ports.sockets("127.0.0.1", free)
    close(first)
    with socket.create_connection(("127.0.0.1", free), timeout=5) as client:
        client.sendall(b"hello")
        again = ports.sockets("127.0.0.1", free)
        again[0].setblocking(True)
        server, _ = again[0].accept()
        with server:
            assert server.recv(5) == b"hello"
        close(again)


def test_after_the_end_nobody_is_let_wait(ports, free):
    close(ports.sockets("127.0.0.1", free))
    ports.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", free), timeout=5)
    close(ports.sockets("127.0.0.1", free))


def test_a_port_that_another_program_has_is_refused(ports):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError) as caught:
            ports.sockets("127.0.0.1", other.getsockname()[1])
        assert caught.value.errno == errno.EADDRINUSE


def test_without_a_port_each_time_another(ports):
    one, other = ports.sockets("127.0.0.1", 0), ports.sockets("127.0.0.1", 0)
    assert one[0].getsockname()[1] != other[0].getsockname()[1]
    close((*one, *other))


def test_everywhere_is_every_family_that_the_machine_has(ports, free):
    sockets = ports.sockets("", free)
    families = [one.family for one in sockets]
    assert socket.AF_INET in families
    assert len(set(families)) == len(families)
    close(sockets)


def test_a_name_that_nobody_has_is_refused(ports):
    with pytest.raises(OSError):
        ports.sockets("192.0.2.1", 5004)


def test_connections_that_come_at_once_all_wait(ports, free):
    close(ports.sockets("127.0.0.1", free))
    made, lock = [], threading.Lock()

    def connect():
        one = socket.create_connection(("127.0.0.1", free), timeout=5)
        with lock:
            made.append(one)

    threads = [threading.Thread(target=connect) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 50
    close(made)
