"""Text to value. Each parser raises ValueError with one sentence; those of secret settings never echo the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from tunerr.model.url import SecretUrl

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TERM = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)", re.ASCII)
_PLAIN_SECONDS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_LONGEST = 10 * 365 * 86400.0  # ten years: beyond it a slip of the keyboard, and timers overflow

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
# A comma or bar parts two headers only when a header name follows; commas inside values stay.
_HEADER_END = re.compile(r"\s*(?:[,|]|\r?\n)\s*(?=[!#$%&'*+.^_`~0-9A-Za-z-]+:(?!//))", re.ASCII)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
"""How a URL begins, and no path."""

_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A comma parts two locations only when a scheme or a path follows; commas inside queries stay.
_NEXT_LOCATION = re.compile(r"\s*,\s*(?=https?:|file:|[/~.])", re.IGNORECASE)


def boolean(text: str) -> bool:
    """The one reading of booleans: 1/true/yes/on and 0/false/no/off in any case."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"{text[:40]!r} is neither yes nor no; write true or false (1/0, yes/no, on/off work too).")


def whole(low: int, high: int) -> Callable[[str], int]:
    """Parser of whole numbers from `low` to `high`."""

    def parse(text: str) -> int:
        word = text.strip()
        if re.fullmatch(r"-?\d{1,9}", word, re.ASCII) is None or not low <= int(word) <= high:
            raise ValueError(f"{text[:40]!r} is no whole number from {low} to {high}.")
        return int(word)

    return parse


def duration(*, zero: bool) -> Callable[[str], float]:
    """Parser of durations to seconds: `90s`, `1h30m`, `7d`, or plain seconds; `zero` says whether 0 is allowed."""

    def parse(text: str) -> float:
        word = text.strip().replace("μ", "µ")  # Greek mu and micro sign look the same
        terms = _TERM.findall(word)
        if _PLAIN_SECONDS.fullmatch(word):
            seconds = float(word)
        elif terms and "".join(number + unit for number, unit in terms) == word:
            seconds = sum(float(number) * _SECONDS[unit] for number, unit in terms)
        else:
            raise ValueError(f"{text[:40]!r} is no duration; write it as 90s, 5m, 1h30m or 7d, or as plain seconds.")
        if seconds == 0 and not zero:
            raise ValueError("0 is too short; the duration must be longer than nothing.")
        if seconds > _LONGEST:
            raise ValueError(f"{text[:40]!r} is too long; ten years are the limit.")
        return seconds

    return parse


def choice(*words: str) -> Callable[[str], str]:
    """Parser of one of `words`, in any case."""

    def parse(text: str) -> str:
        word = text.strip().lower()
        if word not in words:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(words)}.")
        return word

    return parse


def line(*, longest: int) -> Callable[[str], str]:
    """Parser of one line of text of at most `longest` characters."""

    def parse(text: str) -> str:
        if _CONTROL.search(text):
            raise ValueError("The value has line breaks or control characters; it must be one plain line.")
        if len(text) > longest:
            raise ValueError(f"The value has {len(text)} characters; at most {longest} are allowed.")
        return text.strip()

    return parse


def words(text: str) -> tuple[str, ...]:
    """Texts parted by commas, each on one line; empty ones are left out."""
    if _CONTROL.search(text):
        raise ValueError("The value has line breaks or control characters; it must be one plain line.")
    return tuple(word for part in text.split(",") if (word := part.strip()))


def host_names(text: str) -> tuple[str, ...]:
    """Host names parted by commas, without scheme and port, in small letters."""
    names = tuple(word.lower().removesuffix(".") for word in words(text))
    for name in names:
        if _HOST_NAME.fullmatch(name) is None:
            raise ValueError(f"{name[:40]!r} is no host name; write names only, as in deck.example.")
    return names


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks or single addresses parted by commas; `none` for no network at all."""
    return () if text.strip().lower() == "none" else tuple(map(_network, words(text)))


def path(text: str) -> Path:
    """An absolute path; `~` is the home folder, a relative one starts at the working directory."""
    if _CONTROL.search(text):
        raise ValueError("The value has line breaks or control characters; it must be a path.")
    return Path(text.strip()).expanduser().absolute()


def public_url(text: str) -> str:
    """An http(s) URL without account, query and trailing slash, as clients are given it."""
    word = text.strip().rstrip("/")
    if not is_http(word) or urlsplit(word).query or urlsplit(word).username is not None:
        raise ValueError("The value is no plain http or https URL (no account, no query).")
    return word


def location(text: str) -> SecretUrl:
    r"""Where a document is: an http(s) URL (`\&` stands for `&`) or a path, which becomes a `file:` URL."""
    word = text.strip().replace(r"\&", "&")
    if _CONTROL.search(word):
        raise ValueError("The value has line breaks or control characters.")
    if SCHEME.match(word) is None:
        return SecretUrl(path(word).as_uri())
    if word.lower().startswith("file:/"):
        return SecretUrl(word)
    if not is_http(word):
        raise ValueError("The value is neither an http or https URL nor a path.")
    return SecretUrl(word)


def locations(text: str) -> tuple[SecretUrl, ...]:
    """Locations parted by commas."""
    return tuple(location(part) for part in _NEXT_LOCATION.split(text.strip().strip(",")) if part)


def panel(text: str) -> SecretUrl:
    """Base URL of an Xtream panel: scheme, host, perhaps port and folder; no trailing slash."""
    word = text.strip().replace(r"\&", "&").rstrip("/")
    if not is_http(word):
        raise ValueError("The value is no http or https URL of a panel.")
    parts = urlsplit(word)
    if parts.query or parts.path.endswith(".php"):
        raise ValueError(
            "The value is the URL of one document, not of a panel: set it as IPTV_TUNERR_M3U_URL (or "
            "IPTV_TUNERR_XMLTV_URL), or give scheme, host and port alone."
        )
    return SecretUrl(word)


def device(text: str) -> SecretUrl:
    """Address of an HDHomeRun device, or of one of its documents; no query, no trailing slash."""
    word = text.strip().partition("?")[0].rstrip("/")
    if not is_http(word):
        raise ValueError("The value is no http or https URL of a device.")
    return SecretUrl(word)


def panels(text: str) -> tuple[SecretUrl, ...]:
    """Panels parted by commas."""
    return tuple(panel(part) for part in text.split(",") if part.strip())


def headers(text: str) -> tuple[tuple[str, str], ...]:
    """HTTP headers `Name: value`, parted by commas, bars or line ends."""
    found = []
    for part in _HEADER_END.split(text.strip()):
        name, colon, value = part.partition(":")
        if not colon or _HEADER_NAME.fullmatch(name.strip()) is None or _CONTROL.search(value):
            raise ValueError("The value is no list of headers; each is written Name: value, with a comma between two.")
        found.append((name.strip(), value.strip()))
    return tuple(found)


def host_agents(text: str) -> tuple[tuple[str, str], ...]:
    """User agents of hosts, `host=agent`, parted by bars or line ends. Hosts in lower case, IPv6 without brackets."""
    found = []
    for part in re.split(r"[|\r\n]+", text.strip("| \r\n")):
        host, _, agent = (field.strip() for field in part.partition("="))
        if not agent or not re.fullmatch(r"[\w.-]+|\[[\da-fA-F:.]+\]", host, re.ASCII) or _CONTROL.search(agent):
            raise ValueError("The value is no list of agents; each is written host=agent, with a bar between two.")
        found.append((host.lower().strip("[]"), agent))
    return tuple(found)


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(word, strict=False)
    except ValueError:
        raise ValueError(f"{word[:60]!r} is no address and no network such as 10.0.0.0/8.") from None


def is_http(text: str) -> bool:
    """Whether it is an http(s) URL with a host, and a port only where that can be one."""
    if re.search(r"\s", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
