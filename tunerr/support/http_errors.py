"""What aiohttp raises, as the sentences that an operator reads."""

from __future__ import annotations

import errno
import ssl

import aiohttp

from tunerr.errors import FetchError, Truncated, Unreachable
from tunerr.model.url import SecretUrl

NETWORK_ERRORS = (aiohttp.ClientError, OSError, ValueError)
"""All that a request can raise for outside reasons (TimeoutError is an OSError, a bad header a ValueError)."""

Words = tuple[str, str, str]
"""What happened, what to do, and the cause as Unreachable knows it."""

_SILENT = ("did not answer.", "The server or a firewall drops the connection; try again later.", "timeout")
_RESET = (
    "closed the connection without an answer.",
    "It may be overloaded or refuse this player; try again later.",
    "unreachable",
)
_NO_ROUTE = ("can't be reached from here.", "Check the address and this machine's network.", "unreachable")
_NO_TLS = ("does not speak TLS as expected.", "Is it plain http on that port?", "tls")
_LOST = ("failed: the connection was lost.", "Try again later.", "unreachable")
_BY_ERRNO: dict[int, Words] = {
    errno.ECONNREFUSED: ("refused the connection.", "Check the port, and whether the server is running.", "refused"),
    errno.EHOSTUNREACH: _NO_ROUTE,
    errno.ENETUNREACH: _NO_ROUTE,
    errno.ETIMEDOUT: _SILENT,
    errno.ECONNRESET: _RESET,
    errno.EPIPE: _RESET,
}
# The first that fits counts: from the special to the general.
_BY_TYPE: tuple[tuple[type[Exception], Words], ...] = (
    (aiohttp.ClientConnectorSSLError, _NO_TLS),
    (ssl.SSLError, _NO_TLS),
    (aiohttp.ConnectionTimeoutError, _SILENT),
    (TimeoutError, ("took the request and stayed silent.", "It may be overloaded; try again later.", "timeout")),
    (aiohttp.ServerDisconnectedError, _RESET),
    (aiohttp.ClientConnectionResetError, _RESET),
    (
        aiohttp.ClientResponseError,
        ("answered with something that is no HTTP.", "Check the scheme and the port.", "no_http"),
    ),
    (
        ValueError,
        (
            "can't be asked: its URL or a header has characters that HTTP does not allow.",
            "Check the URL.",
            "unreachable",
        ),
    ),
)


def translated(error: Exception, url: SecretUrl) -> FetchError:
    """Return the FetchError for what aiohttp raised while `url` was opened. It shows no more than host and port."""
    sentence, hint, cause = network_words(error)
    return Unreachable(f"{site(url)} {sentence}", hint=hint, cause=cause)


def translated_body(error: Exception, url: SecretUrl, received: int) -> FetchError:
    """Return the FetchError for what aiohttp raised after `received` bytes of the body of `url`."""
    if isinstance(error, TimeoutError):
        said = f"{site(url)} went silent after {received} bytes."
        return Unreachable(said, hint="Try again later.", cause="timeout")
    return Truncated(f"The answer of {site(url)} ended early, after {received} bytes.", hint="Try again later.")


def site(url: SecretUrl) -> str:
    """Host and port of `url`, for sentences."""
    return str(url).partition("://")[2].partition("/")[0] or "The address"


def network_words(error: BaseException | None) -> Words:
    """What to say of what aiohttp or the system raised."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _lookup(str(error.os_error.strerror or ""))
    failed = error.certificate_error if isinstance(error, aiohttp.ClientConnectorCertificateError) else error
    if isinstance(failed, ssl.CertificateError):
        reason = (getattr(failed, "verify_message", "") or "it can't be verified").rstrip(".")
        return (
            f"has a certificate that is not valid: {reason}.",
            "Check the host name, and this machine's clock.",
            "tls",
        )
    for kind, told in _BY_TYPE:
        if isinstance(error, kind):
            return told
    number = error.errno if isinstance(error, OSError) else None
    return _BY_ERRNO.get(number or 0, _LOST)


def _lookup(text: str) -> Words:
    if "not found" in text.lower() or "no data" in text.lower():
        return "does not exist: the name was not found.", "Check the spelling of the host.", "dns"
    return f"could not be looked up: {text or 'DNS failed'}.", "Check this machine's DNS and network.", "dns"
