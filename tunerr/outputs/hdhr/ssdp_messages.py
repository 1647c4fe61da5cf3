"""What UPnP's discovery says (UPnP Device Architecture 1.0, 1): searches read, replies and announcements written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tunerr.outputs.hdhr.documents import DEVICE_TYPE, udn
from tunerr.views.device import DeviceIdentity

GROUP: Final = "239.255.255.250"
PORT: Final = 1900
MAX_AGE: Final = 1800
"""Seconds for which what we say holds; it must be said again before half of them have passed."""

_EVERYTHING = "ssdp:all"
_ROOT_DEVICE = "upnp:rootdevice"
_SEARCH = "M-SEARCH * HTTP/1.1"
_DISCOVER = '"ssdp:discover"'
_SERVER = "Linux/1.0 UPnP/1.0 HDHomeRun/1.0"
# Real searches have 100 to 200 bytes.
_LONGEST_SEARCH = 1024
# Seconds; who names more is answered within these all the same.
_LONGEST_PATIENCE = 5


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for, and the seconds over which the replies are to be spread."""

    target: str
    patience: int


@dataclass(frozen=True, slots=True)
class Advert:
    """One thing that a device is: a target of searches, its unique name, and the path below which it is described."""

    target: str
    usn: str
    path: str

    def reply(self, base: str) -> bytes:
        """Answer a search of a client that reaches us at `base`."""
        return _message(
            "HTTP/1.1 200 OK", *self._lasting(base), ("EXT", ""), ("SERVER", _SERVER), ("ST", self.target), self._name
        )

    def alive(self, base: str) -> bytes:
        """Announce it to a network that reaches us at `base`."""
        head = (("HOST", f"{GROUP}:{PORT}"), *self._lasting(base), ("SERVER", _SERVER))
        return _message("NOTIFY * HTTP/1.1", *head, ("NT", self.target), ("NTS", "ssdp:alive"), self._name)

    def byebye(self) -> bytes:
        """Take the announcement back."""
        head = (("HOST", f"{GROUP}:{PORT}"), ("NT", self.target), ("NTS", "ssdp:byebye"))
        return _message("NOTIFY * HTTP/1.1", *head, self._name)

    @property
    def _name(self) -> tuple[str, str]:
        return "USN", self.usn

    def _lasting(self, base: str) -> tuple[tuple[str, str], ...]:
        return ("CACHE-CONTROL", f"max-age={MAX_AGE}"), ("LOCATION", f"{base}{self.path}/device.xml")


def adverts(devices: Iterable[DeviceIdentity]) -> tuple[Advert, ...]:
    """Name what each of `devices` is: a root device, itself, and a media server."""
    return tuple(
        Advert(target, usn, device.path)
        for device in devices
        for name in (udn(device),)
        for target, usn in (
            (_ROOT_DEVICE, f"{name}::{_ROOT_DEVICE}"),
            (name, name),
            (DEVICE_TYPE, f"{name}::{DEVICE_TYPE}"),
        )
    )


def wanted(search: Search, offered: Sequence[Advert]) -> tuple[Advert, ...]:
    """Choose what a search is answered with: one reply for each."""
    return tuple(advert for advert in offered if search.target in {_EVERYTHING, advert.target})


def read_search(datagram: bytes) -> Search | None:
    """Read a search; None for everything else, which is met with silence."""
    if len(datagram) > _LONGEST_SEARCH:
        return None
    first, *lines = datagram.decode("latin-1").replace("\r\n", "\n").split("\n")
    if first != _SEARCH:
        return None
    headers = {name.strip().upper(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    patience = headers.get("MX", "")
    # A search without MX is to be ignored (UPnP Device Architecture 1.1, 1.3.3).
    if headers.get("MAN") != _DISCOVER or not (patience.isascii() and patience.isdigit()):
        return None
    return Search(headers.get("ST", ""), min(int(patience), _LONGEST_PATIENCE))


def _message(first: str, *headers: tuple[str, str]) -> bytes:
    lines = (first, *(f"{name}: {value}" for name, value in headers))
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()
