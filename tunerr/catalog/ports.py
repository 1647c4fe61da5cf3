"""The ports of stream URLs that say none. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from tunerr.model.url import SecretUrl

PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtmp": 1935, "rtmps": 443}
"""By scheme."""


def port_of(url: SecretUrl) -> int | None:
    """Return the port of a URL, else that of its scheme; None where neither says one."""
    try:
        return urlsplit(url.reveal()).port or PORTS.get(url.scheme)
    except ValueError:
        return None
