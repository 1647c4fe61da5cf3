"""A plain reading of a transport stream, written for these tests alone."""

from dataclasses import dataclass, field

PACKET = 188


@dataclass
class TsFacts:
    pcrs: list = field(default_factory=list)  # seconds, in order
    tables: list = field(default_factory=list)  # the PCR in force at each PAT
    access_points: list = field(default_factory=list)  # the PCR in force at each random access indicator
    continuity_errors: int = 0


def ts_facts(data):
    assert len(data) % PACKET == 0
    facts, counters = TsFacts(), {}
    for start in range(0, len(data), PACKET):
        packet = data[start : start + PACKET]
        assert packet[0] == 0x47
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if packet[3] & 0x20 and packet[4] > 0:
            if packet[5] & 0x10:
                base = int.from_bytes(packet[6:10]) << 1 | packet[10] >> 7
                facts.pcrs.append(base / 90000)
            if packet[5] & 0x40:
                facts.access_points.append(facts.pcrs[-1])
        if pid == 0:
            facts.tables.append(facts.pcrs[-1] if facts.pcrs else 0.0)
        if packet[3] & 0x10:
            counter = packet[3] & 0x0F
            facts.continuity_errors += pid in counters and counters[pid] != (counter - 1) % 16
            counters[pid] = counter
    return facts
