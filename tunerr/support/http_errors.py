"""What aiohttp raises, as the sentences that an operator reads."""

from __future__ import annotations

import errno

import aiohttp

from tunerr.errors import FetchError, Truncated, Unreachable
from tunerr.model.url import SecretUrl

NETWORK_ERRORS = (aiohttp.ClientError, OSError, ValueError)
"""All that a request can raise for outside reasons (TimeoutError is an OSError, a bad header a ValueError)."""

_SILENT = ("did not answer.", "The server or a firewall drops the connection; try again later.")
_RESET = ("closed the connection without an answer.", "It may be overloaded or refuse this player; try again later.")
_NO_ROUTE = ("can't be reached from here.", "Check the address and this machine's network.")
_BY_ERRNO = {
    errno.ECONNREFUSED: ("refused the connection.", "Check the port, and whether the server is running."),
    errno.EHOSTUNREACH: _NO_ROUTE,
    errno.ENETUNREACH: _NO_ROUTE,
    errno.ETIMEDOUT: _SILENT,
    errno.ECONNRESET: _RESET,
    errno.EPIPE: _RESET,
}
# The first that fits counts: from the special to the general.
_BY_TYPE: tuple[tuple[type[Exception], tuple[str, str]], ...] = (
    (aiohttp.ClientConnectorSSLError, ("does not speak TLS as expected.", "Is it plain http on that port?")),
    (aiohttp.ConnectionTimeoutError, _SILENT),
    (TimeoutError, ("took the request and stayed silent.", "It may be overloaded; try again later.")),
    (aiohttp.ServerDisconnectedError, _RESET),
    (aiohttp.ClientConnectionResetError, _RESET),
    (aiohttp.ClientResponseError, ("answered with something that is no HTTP.", "Check the scheme and the port.")),
    (ValueError, ("can't be asked: its URL or a header has characters that HTTP does not allow.", "Check the URL.")),
)


def translated(error: Exception, url: SecretUrl) -> FetchError:
    """Return the FetchError for what aiohttp raised while `url` was opened. It shows no more than host and port."""
    sentence, hint = _sentence(error)
    return Unreachable(f"{_site(url)} {sentence}", hint=hint)


def translated_body(error: Exception, url: SecretUrl, received: int) -> FetchError:
    """Return the FetchError for what aiohttp raised after `received` bytes of the body of `url`."""
    if isinstance(error, TimeoutError):
        return Unreachable(f"{_site(url)} went silent after {received} bytes.", hint="Try again later.")
    return Truncated(f"The answer of {_site(url)} ended early, after {received} bytes.", hint="Try again later.")


def _site(url: SecretUrl) -> str:
    return str(url).partition("://")[2].partition("/")[0] or "The address"


def _sentence(error: Exception) -> tuple[str, str]:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _lookup(str(error.os_error.strerror or ""))
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = getattr(error.certificate_error, "verify_message", "") or "it can't be verified"
        return f"has a certificate that is not valid: {reason}.", "Check the host name, and this machine's clock."
    for kind, told in _BY_TYPE:
        if isinstance(error, kind):
            return told
    number = error.errno if isinstance(error, OSError) else None
    return _BY_ERRNO.get(number or 0, ("failed: the connection was lost.", "Try again later."))


def _lookup(text: str) -> tuple[str, str]:
    if "not found" in text.lower() or "no data" in text.lower():
        return "does not exist: the name was not found.", "Check the spelling of the host."
    return f"could not be looked up: {text or 'DNS failed'}.", "Check this machine's DNS and network."
