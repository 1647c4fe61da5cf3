"""What can be wrong with a provider: the one set of words for it in probe, refresh and streams. Pure."""

from __future__ import annotations

import enum
import re


class Cause(enum.Enum):
    """Why an address gives what it should, or not. The values are those of reports and of the how-to page."""

    OK = "ok"
    CLOUDFLARE_CHALLENGE = "cloudflare_challenge"
    CLOUDFLARE_BLOCK = "cloudflare_block"
    CLOUDFLARE_ORIGIN = "cloudflare_origin"
    BANNED = "banned"
    FORBIDDEN = "forbidden"
    WRONG_CREDENTIALS = "wrong_credentials"
    EXPIRED = "expired"
    DISABLED = "disabled"
    STALE_TOKEN = "stale_token"  # noqa: S105 - no password, a cause
    RATE_LIMITED = "rate_limited"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    NOT_FOUND = "not_found"
    SERVER_ERROR = "server_error"
    ODD_STATUS = "odd_status"
    HTML_PAGE = "html_page"
    NO_ANSWER = "no_answer"
    NOT_A_PANEL = "not_a_panel"
    NOT_A_PLAYLIST = "not_a_playlist"
    EMPTY = "empty"
    CUT_SHORT = "cut_short"
    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    NO_HTTP = "no_http"
    REDIRECTS = "redirects"
    PROXY = "proxy"
    ADDRESS_REFUSED = "address_refused"
    OTHER = "other"


WORDS: dict[Cause, tuple[str, str]] = {
    Cause.OK: ("answers as it should", ""),
    Cause.CLOUDFLARE_CHALLENGE: (
        "is behind Cloudflare, which wants a browser to prove itself",
        "Ask the provider for an address without Cloudflare; some let a certain User-Agent through.",
    ),
    Cause.CLOUDFLARE_BLOCK: (
        "is behind Cloudflare, which blocks this network address or player",
        "Use another User-Agent, or another way into the internet: a proxy for this source.",
    ),
    Cause.CLOUDFLARE_ORIGIN: (
        "is behind Cloudflare, which gets no good answer from the provider's own server",
        "Wait: the provider is down, and nothing here needs to change.",
    ),
    Cause.BANNED: (
        "says that this account or network address is banned",
        "Ask the provider why, and leave it alone until then: more tries make bans longer.",
    ),
    Cause.FORBIDDEN: (
        "refuses this account, player or network address",
        "Check the account; then use another User-Agent, then a proxy for this source.",
    ),
    Cause.WRONG_CREDENTIALS: (
        "refuses the user name or the password",
        "Check user name and password; they are case-sensitive.",
    ),
    Cause.EXPIRED: ("says that the subscription expired", "Renew it with the provider."),
    Cause.DISABLED: ("has locked the account", "Log in to the provider's site and look at the account."),
    Cause.STALE_TOKEN: ("wants a new token", "Refresh the source."),
    Cause.RATE_LIMITED: (
        "says that it is asked too often",
        "Wait a quarter of an hour; it is asked again by itself, and less often.",
    ),
    Cause.TOO_MANY_CONNECTIONS: (
        "says that the limit of connections is reached",
        "Stop a stream, or lower the number of tuners to what the account allows.",
    ),
    Cause.NOT_FOUND: (
        "does not have what was asked for",
        "Refresh the source; when that does not help, check the path of the URL.",
    ),
    Cause.SERVER_ERROR: ("has an error of its own", "Wait: it is the provider's, and it is asked again by itself."),
    Cause.ODD_STATUS: ("refused in a way of its own", "Ask the provider what that means."),
    Cause.HTML_PAGE: (
        "sent a web page in place of what was asked for",
        "Open the address in a browser: it may want a login, show a notice, or belong to somebody else by now.",
    ),
    Cause.NO_ANSWER: ("answered with nothing at all", "Try again later; when it stays so, check the account."),
    Cause.NOT_A_PANEL: (
        "answers, and not like an Xtream panel",
        "Check host and port; a plain playlist belongs into IPTV_TUNERR_M3U_URL.",
    ),
    Cause.NOT_A_PLAYLIST: ("sent something that is no playlist", "Check that the URL is that of the playlist itself."),
    Cause.EMPTY: (
        "sent a playlist without a channel",
        "Look whether the subscription has channels: the provider may still be setting it up.",
    ),
}
"""For all that answers: what follows its name, without a full stop, and what to do next.

What does not answer has its words in `http_errors`.
"""

_CHALLENGE = re.compile(rb"just a moment|cf-browser-verification|challenge-platform|cf_chl|cf-turnstile", re.IGNORECASE)
_CLOUDFLARE = re.compile(rb"cloudflare|cf-ray", re.IGNORECASE)
_BAN = re.compile(rb"\bbann?ed\b|\bblocked\b|black ?list", re.IGNORECASE)
_CLOUDFLARE_CODES = frozenset({403, 503, 520, 521, 524})
_FORBIDDEN = 403
_SERVER_ERROR = range(500, 600)
_BY_STATUS = {
    401: Cause.WRONG_CREDENTIALS,
    _FORBIDDEN: Cause.FORBIDDEN,
    404: Cause.NOT_FOUND,
    407: Cause.STALE_TOKEN,
    410: Cause.NOT_FOUND,
    423: Cause.DISABLED,
    429: Cause.RATE_LIMITED,
    458: Cause.TOO_MANY_CONNECTIONS,
    509: Cause.TOO_MANY_CONNECTIONS,
}


def cause_of_status(status: int, server: str = "", page: bytes = b"") -> Cause:
    """Why an answer of `status`, which is no success, is none; `server` is its header, `page` how its body begins.

    Cloudflare is to blame for 403, 503, 520, 521 and 524 only, and only when the server's name or the page says so
    (contract §5.16).
    """
    if status in _CLOUDFLARE_CODES:
        if _CHALLENGE.search(page):
            return Cause.CLOUDFLARE_CHALLENGE
        if "cloudflare" in server.lower() or _CLOUDFLARE.search(page):
            return Cause.CLOUDFLARE_BLOCK if status == _FORBIDDEN else Cause.CLOUDFLARE_ORIGIN
    if status == _FORBIDDEN and _BAN.search(page):
        return Cause.BANNED
    return _BY_STATUS.get(status, Cause.SERVER_ERROR if status in _SERVER_ERROR else Cause.ODD_STATUS)
