"""A client that receives datagrams of a target and keeps what it saw."""

import socket
import threading
import time
from contextlib import contextmanager

from tunerr.outputs.hdhr.native.target import Target


class Receiver:
    """`got` are (monotonic seconds, datagram)."""

    def __init__(self, port=0):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.sock.bind(("127.0.0.1", port))
        self.sock.settimeout(0.1)
        self.got = []
        self._over = False
        self._thread = threading.Thread(target=self._receive)
        self._thread.start()

    @property
    def port(self):
        return self.sock.getsockname()[1]

    def target(self, *, rtp=False):
        return Target(rtp, "127.0.0.1", self.port)

    @property
    def sizes(self):
        return {len(data) for _, data in self.got}

    def stream(self, skip=0):
        return b"".join(data[skip:] for _, data in self.got)

    def close(self):
        self._over = True
        self._thread.join()
        self.sock.close()

    def _receive(self):
        while not self._over:
            try:
                data = self.sock.recv(2048)
            except TimeoutError:
                continue
            self.got.append((time.monotonic(), data))


@contextmanager
def receiving(port=0):
    receiver = Receiver(port)
    try:
        yield receiver
    finally:
        receiver.close()
