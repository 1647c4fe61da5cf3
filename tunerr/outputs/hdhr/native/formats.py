"""What a tuner's state looks like in the words of the protocol. Pure; the forms are the hardware's (hdhr.md, 2.5)."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.outputs.hdhr.native.locks import NONE

_DATAGRAM_BITS = 8 * 1316
_FULL = 100
# The modulation of every lock: clients know the names of the hardware's only.
_MODULATION = "8vsb"
# What is left of a reply's 1,452 bytes for a name; clients read 31 characters of it at most.
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Reception:
    """What a tuner does at this moment.

    `channel`: as it reads, `auto:5.1`, a frequency or `none`; `number` and `name` of the channel in the lineup, empty
    for none; `locked`: a source plays; `quality`: percent; `rate`: bits per second; `sends`: to a target or a viewer;
    `plays`: there is a session, with or without a picture.
    """

    channel: str = NONE
    number: str = ""
    name: str = ""
    plays: bool = False
    locked: bool = False
    quality: int = 0
    rate: int = 0
    sends: bool = False
    program: int = 0
    transport_stream: int = 0

    @property
    def packets(self) -> int:
        """Datagrams of 1316 bytes that go out each second."""
        return self.rate // _DATAGRAM_BITS if self.sends else 0


def status(seen: Reception) -> str:
    """Of /tunerN/status."""
    return f"{_signal(seen)} bps={seen.rate} pps={seen.packets}"


def debug(seen: Reception) -> str:
    """Of /tunerN/debug. Nothing here can overflow, and a tuner of ours counts no errors of a receiver."""
    lines = (
        f"tun: {_signal(seen)} dbg=0",
        "dev: resync=0 overflow=0",
        f"ts:  bps={seen.rate} ut={_FULL if seen.rate else 0} te=0 miss=0 crc=0",
        f"flt: bps={seen.rate}",
        f"net: pps={seen.packets} err=0 stop=0",
    )
    return "".join(f"{line}\n" for line in lines)


def vstatus(seen: Reception) -> str:
    """Of /tunerN/vstatus. A channel in the lineup is never refused for rights: `auth` says so by saying nothing."""
    if not seen.number:
        return "vch=none name=none auth=none cci=none cgms=none"
    return f"vch={seen.number} name={seen.name[:_LONGEST_NAME]} auth=unspecified cci=none cgms=none"


def streaminfo(seen: Reception) -> str:
    """Of /tunerN/streaminfo: the one program that a session publishes."""
    if not seen.plays:
        return NONE
    silent = "" if seen.locked else " (no data)"
    program = f"{seen.program}: {seen.number} {seen.name[:_LONGEST_NAME]}{silent}"
    return f"{program}\ntsid=0x{seen.transport_stream:04X}\n"


def _signal(seen: Reception) -> str:
    strength = _FULL if seen.locked else 0
    lock = _MODULATION if seen.locked else NONE
    quality = seen.quality if seen.locked else 0
    return f"ch={seen.channel} lock={lock} ss={strength} snq={strength} seq={quality}"
