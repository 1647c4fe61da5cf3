"""How public an address is: the ground of the SSRF guard. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from tunerr.model.url import Zone

# RFC 1918; RFC 6598, where a carrier's other subscribers are neighbors; multicast, which is how IPTV travels in a LAN.
_PRIVATE_V4 = tuple(
    IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "224.0.0.0/4")
)
# "This network", link-local (cloud metadata lives there), IETF assignments, reserved with the broadcast address.
_NEVER_V4 = tuple(IPv4Network(net) for net in ("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "240.0.0.0/4"))
_LOOPBACK_V4 = IPv4Network("127.0.0.0/8")

_PRIVATE_V6 = (IPv6Network("fc00::/7"), IPv6Network("ff00::/8"))  # RFC 4193, multicast
_GLOBAL_V6 = IPv6Network("2000::/3")  # all that IANA has given out; the rest is link-local, discard, reserved
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052, the well-known prefix; the last 32 bits are the IPv4 address


def zone_of(address: IPv4Address | IPv6Address) -> Zone | None:
    """Zone of an address; None for those that nobody may name: link-local, unspecified, reserved, broadcast.

    IPv6 forms that carry an IPv4 address (mapped, 6to4, Teredo, NAT64) have the zone of the least public part.
    Documentation and benchmark ranges count as internet: nothing lives there, and proxies that answer DNS
    with invented addresses take them from 198.18.0.0/15.
    """
    if isinstance(address, IPv4Address):
        return _zone_v4(address)
    if address.is_loopback:
        return Zone.LOOPBACK
    carried = _carried(address)
    if carried:
        zones = [_zone_v4(inner) for inner in carried]
        return None if None in zones else min(zone for zone in zones if zone is not None)
    if any(address in net for net in _PRIVATE_V6):
        return Zone.PRIVATE
    return Zone.INTERNET if address in _GLOBAL_V6 else None


def _zone_v4(address: IPv4Address) -> Zone | None:
    if address in _LOOPBACK_V4:
        return Zone.LOOPBACK
    if any(address in net for net in _NEVER_V4):
        return None
    return Zone.PRIVATE if any(address in net for net in _PRIVATE_V4) else Zone.INTERNET


def _carried(address: IPv6Address) -> tuple[IPv4Address, ...]:
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo  # server and client
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()
