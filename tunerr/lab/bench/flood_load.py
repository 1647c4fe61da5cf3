"""The flood, a process of its own that gives way to every other one on its core.

Told by one JSON argument (Flood). For each line on standard input it sends the next wave at an even pace and tells
`done` with what it has done so far and what came back (Flooded). It keeps its connections until standard input ends.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from dataclasses import asdict, dataclass

from tunerr.lab.bench.child import raise_file_limit, tell
from tunerr.lab.bench.flood_connections import ConnectionFlood
from tunerr.lab.bench.flood_packets import PacketFlood

_TICK = 0.005
_PAUSE = 0.001
_LOOK_EVERY = 20  # ticks between two looks at what came back
_NICE = 5


@dataclass(frozen=True, slots=True)
class Flood:
    """How much goes to which port, in `waves` of `seconds`; as many `connections` to the control port as to HTTP."""

    discover_port: int
    control_port: int
    http_port: int
    packets: int
    connections: int
    waves: int
    seconds: float
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Flooded:
    """What was done in how many seconds of waves, and what came back."""

    seconds: float
    packets: int
    packet_bytes: int
    answers: int
    answer_bytes: int
    control: dict[str, int]
    http: dict[str, int]


class _Load:
    def __init__(self, flood: Flood) -> None:
        dice = random.Random(flood.seed)  # noqa: S311 - the same flood each time
        self._flood = flood
        self.packets = PacketFlood(flood.discover_port, dice)
        self.control = ConnectionFlood.to_control(flood.control_port, dice)
        self.http = ConnectionFlood.to_http(flood.http_port)
        self._opened = self._waves = 0
        self._seconds = 0.0

    def wave(self) -> Flooded:
        """Send the next part. A tick that comes late moves the rest of the wave: nothing is sent in bursts."""
        ticks = max(round(self._flood.seconds / _TICK), 1)
        began = due = time.monotonic()
        for tick in range(1, ticks + 1):
            self._catch_up((self._waves + tick / ticks) / self._flood.waves)
            if not tick % _LOOK_EVERY:
                self._look()
            now = time.monotonic()
            due = max(due + _TICK, now + _PAUSE)
            time.sleep(due - now)
        self._look()
        self._waves += 1
        self._seconds += time.monotonic() - began
        return self._so_far()

    def _so_far(self) -> Flooded:
        packets = self.packets
        return Flooded(
            self._seconds,
            packets.sent,
            packets.sent_bytes,
            packets.answers,
            packets.answer_bytes,
            self.control.ends,
            self.http.ends,
        )

    def close(self) -> None:
        self.packets.close()
        self.control.close()
        self.http.close()

    def _catch_up(self, share: float) -> None:
        self.packets.send(int(share * self._flood.packets) - self.packets.sent)
        connections = int(share * self._flood.connections) - self._opened
        self.control.open(connections)
        self.http.open(connections)
        self._opened += connections

    def _look(self) -> None:
        self.packets.take()
        self.control.go_on()
        self.http.go_on()


def main() -> None:
    """`flood_load FLOOD`."""
    raise_file_limit()
    os.nice(_NICE)
    load = _Load(Flood(**json.loads(sys.argv[1])))
    for _ in sys.stdin:
        tell("done", flooded=asdict(load.wave()))
    load.close()


if __name__ == "__main__":
    main()
