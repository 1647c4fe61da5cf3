"""A plain reading of 188 byte packets, of which the first program counts."""

from itertools import pairwise

from tests.unit.lab.demo.ts_facts import PACKET, ts_facts


def continuity_errors(data):
    counters, errors = {}, 0
    for packet in split(data):
        if packet[3] & 0x10:
            pid, counter = pid_of(packet), packet[3] & 0x0F
            errors += pid in counters and counters[pid] != (counter - 1) % 16
            counters[pid] = counter
    return errors


def pid_of(packet):
    return (packet[1] & 0x1F) << 8 | packet[2]


def split(data):
    return [data[at : at + PACKET] for at in range(0, len(data), PACKET)]


def pcr_times(data):
    """Seconds, of the first PID that carries a PCR, wraps followed."""
    times, pid, turns = [], None, 0
    for packet in split(data):
        if packet[3] & 0x20 and packet[4] and packet[5] & 0x10 and pid in {None, pid_of(packet)}:
            pid = pid_of(packet)
            ticks = int.from_bytes(packet[6:10]) << 1 | packet[10] >> 7
            if times and ticks + turns < times[-1] - 2**32:
                turns += 2**33
            times.append(ticks + turns)
    return [time / 90_000 for time in times]


def table_gaps(data):
    """The longest time in seconds, by the PCR, between two PATs."""
    tables = ts_facts(data).tables[1:]
    return max(after - before for before, after in pairwise(tables))
