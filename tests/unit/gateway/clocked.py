"""Numbered transport streams of any rate, and the time at which each packet is really due."""

from dataclasses import dataclass, field

from tests.unit.gateway.ts_rig import packet
from tunerr.gateway.timestamps import PCR_CYCLE, PCR_SECOND

PCR_PID = 0x100
OTHER_PID = 0x101


@dataclass
class Made:
    """A stream so far: `packets`, and `times`, the true second of each."""

    first_pcr: int = 0
    pcr_pid: int = PCR_PID
    packets: list = field(default_factory=list)
    times: list = field(default_factory=list)
    seconds: float = 0.0
    offset: float = 0.0  # of the PCR against the true seconds

    def interval(self, count, seconds=0.04, *, pcr=True, flags=0):
        """One PCR (or none) and packets up to the next one, evenly over these seconds."""
        for index in range(count):
            ticks = None
            if pcr and index == 0:
                ticks = round(self.first_pcr + (self.seconds + self.offset) * PCR_SECOND) % PCR_CYCLE
            body = len(self.packets).to_bytes(4, "big") * (40 if flags or (pcr and index == 0) else 46)
            pid = self.pcr_pid if ticks is not None else OTHER_PID
            self.packets.append(packet(pid, body, flags=flags if index == 0 else 0, pcr=ticks))
            self.times.append(self.seconds + seconds * index / count)
        self.seconds += seconds
        return self

    @property
    def data(self):
        return b"".join(self.packets)


def even(seconds, *, bitrate=4_000_000, **options):
    """A stream of constant rate with 25 PCRs each second."""
    made = Made(**options)
    for _ in range(round(seconds * 25)):
        made.interval(round(bitrate / 25 / 8 / 188))
    return made
