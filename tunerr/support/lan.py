"""The address under which other machines of the house reach this one."""

from __future__ import annotations

import socket

# A documentation address: connecting a UDP socket to it sends nothing, it only asks the routing table.
_ANYWHERE = ("192.0.2.1", 9)


def lan_address() -> str | None:
    """The IPv4 address of the interface with the default route; None on a machine without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ANYWHERE)
        except OSError:
            return None
        return str(probe.getsockname()[0])
