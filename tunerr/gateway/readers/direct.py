"""What ffmpeg opens by itself, after the guard: RTMP, RTSP, UDP, RTP, SRT.

ffmpeg gets the numeric address that was checked where the protocol can do without the name: UDP, RTP, SRT, and RTMP
(whose virtual host is told by tcUrl). RTSP names its host in every request and the TLS forms prove it, so those keep
the name and are resolved a second time by ffmpeg.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from tunerr.errors import AddressRefused, FetchError, UpstreamError
from tunerr.gateway.readers.ffmpeg_input import FfmpegInput
from tunerr.model.channel import Stream
from tunerr.model.url import Zone
from tunerr.support.http import HttpClients, Reach

_PORTS = {"rtmp": 1935, "rtmps": 443, "rtsp": 554, "rtsps": 322}
_BY_PORT_ONLY = ("udp", "rtp", "srt")
# A provider's query may tune these; everything else of it could open ports or files.
_UDP_QUERY = ("localaddr", "sources")
_SRT_QUERY = ("streamid", "passphrase", "pbkeylen", "latency")
_UDP_FIFO_PACKETS = 28_672  # of 188 bytes: 5 s at 8 Mbit/s
_TLS = ("rtmps", "rtsps")
SCHEMES = frozenset((*_PORTS, *_BY_PORT_ONLY))


async def direct_input(stream: Stream, clients: HttpClients) -> FfmpegInput:
    """Check the address of `stream`, whose scheme is in SCHEMES, and say what ffmpeg has to open.

    Raises UpstreamError: "refused" (the guard), "unreachable" (unknown name), "garbage" (no usable URL),
    "unsupported" (it is to be reached through a proxy).
    """
    if stream.proxy is not None:
        raise UpstreamError(
            f"Streams of the kind {stream.url.scheme!r} can't go through the proxy of their source.",
            reason="unsupported",
            hint="Take the proxy off the source, or use the http form of the stream.",
        )
    try:
        parts = urlsplit(stream.url.reveal())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port or _PORTS.get(parts.scheme.lower())
    except ValueError as error:
        raise UpstreamError("The stream's address can't be read.", reason="garbage") from error
    if port is None or (not host and scheme != "udp"):
        raise UpstreamError(f"A {scheme} address needs a host and a port.", reason="garbage")
    reach = Reach(stream.zone, allow_lan=stream.allow_lan)
    address = await _checked(reach, clients, host, port)
    place = f"{_bracketed(host if scheme in _TLS or scheme == 'rtsp' else address)}:{port}"
    if scheme in ("udp", "rtp"):
        return _datagrams(scheme, place, parts)
    if scheme == "srt":
        query = urlencode({**_query(parts, _SRT_QUERY), "mode": "caller", "connect_timeout": 8000})
        return FfmpegInput(f"srt://{place}?{query}", ("srt",), raw=True)
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    url = parts._replace(netloc=login + place).geturl()
    if scheme in ("rtsp", "rtsps"):
        return _rtsp(url, reach)
    connect_url = f"{scheme}://{_bracketed(host)}:{port}/{_application(parts.path)}"
    return FfmpegInput(url, ("rtmp", "rtmps", "tcp", "tls"), {"rtmp_tcurl": connect_url})


async def _checked(reach: Reach, clients: HttpClients, host: str, port: int) -> str:
    if not host:  # udp://@:5000 listens on this machine; a provider on the internet has no business with that
        if not reach.permits(Zone.PRIVATE):
            raise UpstreamError("The provider names a port of this machine.", reason="refused")
        return ""
    try:
        return await clients.check(host, port, reach=reach)
    except AddressRefused as error:
        raise UpstreamError(error.message, reason="refused", hint=error.hint) from error
    except FetchError as error:
        raise UpstreamError(error.message, reason="unreachable", hint=error.hint) from error


def _datagrams(scheme: str, place: str, parts: SplitResult) -> FfmpegInput:
    query = {name: value for name, value in _query(parts, _UDP_QUERY).items() if _are_addresses(value)}
    if scheme == "rtp":
        return FfmpegInput(f"rtp://{place}?{urlencode(query)}", ("rtp", "udp"))
    buffered = {**query, "fifo_size": _UDP_FIFO_PACKETS, "overrun_nonfatal": 1}
    return FfmpegInput(f"udp://{place}?{urlencode(buffered, safe=',:')}", ("udp",), raw=True)


def _rtsp(url: str, reach: Reach) -> FfmpegInput:
    """TCP first, UDP only in the LAN, where some servers want it.

    Over TCP the media rides on the checked connection; with UDP the server may name another address.
    """
    if not reach.permits(Zone.PRIVATE):
        return FfmpegInput(url, ("rtsp", "rtsps", "rtp", "tcp", "tls"), {"rtsp_transport": "tcp"})
    return FfmpegInput(url, ("rtsp", "rtsps", "rtp", "tcp", "tls", "udp"), {"rtsp_flags": "prefer_tcp"})


def _query(parts: SplitResult, allowed: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in parse_qsl(parts.query) if name in allowed}


def _are_addresses(value: str) -> bool:
    try:
        return all(ip_address(one) for one in value.split(","))
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _application(path: str) -> str:
    """The application in an RTMP path, by ffmpeg's own rule: all but the last of two or three segments."""
    first, _, rest = path.lstrip("/").partition("/")
    instance, slash, _ = rest.partition("/")
    return f"{first}/{instance}" if slash and ":" not in instance else first
