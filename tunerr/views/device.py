"""Who we are on the network and under which URLs clients reach us."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from tunerr.model.device_id import DeviceId
from tunerr.support.addresses import in_url, plain_address

# A host name as URLs may carry it. Underscores are no DNS but are seen in container networks. Anybody may send one, so
# there is one way only to read it: with an optional dot between the labels, refusing a long name takes for ever.
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9_-]{0,62})*\.?", re.ASCII)
_MAX_HOST = 253
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """What a device says of itself; the same over HTTP and UDP. The main device has the `number` 1.

    All devices of one program share its tuners: each says the whole count.
    """

    device_id: DeviceId
    friendly_name: str
    tuner_count: int
    manufacturer: str
    model_number: str
    firmware_name: str
    firmware_version: str
    device_auth: str
    scan_possible: bool
    number: int = 1

    @property
    def path(self) -> str:
        """What follows the base URL in each of its addresses."""
        return "" if self.number == 1 else f"/device/{self.number}"


@dataclass(frozen=True, slots=True)
class ClientUrls:
    """The URLs that a person pastes into a media server."""

    tuner: str
    guide: str
    guide_gz: str
    playlist: str


def client_urls(base: str) -> ClientUrls:
    """Name the URLs under `base` (no slash at its end)."""
    return ClientUrls(
        tuner=base, guide=f"{base}/guide.xml", guide_gz=f"{base}/guide.xml.gz", playlist=f"{base}/live.m3u"
    )


def base_url(*, configured: str, scheme: str = "http", host: str, local: tuple[str, int]) -> str:
    """Choose the base for every URL that we hand out, without a slash at its end.

    The `configured` one when there is one, else what the client asked for (`scheme` is http or https, `host` a name
    with maybe a port), else, when that is no sane name and port, the `local` address and port of its connection.
    """
    if configured:
        return configured.rstrip("/")
    return f"{scheme}://{host}" if _is_sane(host) else f"http://{authority(*local)}"


def at_port(base: str, port: int) -> str:
    """`http` on another port of the host in `base`: from the deck to the tuner and back."""
    match = _AUTHORITY.fullmatch(base.partition("://")[2].partition("/")[0])
    host = match["host"] if match else "localhost"
    return f"http://{host}:{port}"


def authority(address: str, port: int) -> str:
    """`address:port` as a URL writes it: IPv6 in brackets without its scope, IPv4-mapped addresses as IPv4."""
    try:
        parsed = plain_address(address)
    except ValueError:
        return f"{address.partition('%')[0]}:{port}"
    return f"{in_url(parsed)}:{port}"


def is_foreign(origin: str | None, host: str) -> bool:
    """Whether the `origin` that a request names is another than that of our pages at `host`; programs name none."""
    return origin not in {None, f"http://{host}", f"https://{host}"}


def _is_sane(host: str) -> bool:
    match = _AUTHORITY.fullmatch(host)
    if match is None or (match["port"] is not None and not 0 < int(match["port"]) <= _MAX_PORT):
        return False
    name = match["host"]
    try:
        return not ipaddress.ip_address(name.strip("[]")).is_unspecified
    except ValueError:
        return len(name) <= _MAX_HOST and not name.startswith("[") and _HOST.fullmatch(name) is not None
