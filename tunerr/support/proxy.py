"""Proxies that operators set for their sources: how a session goes through one, and its failures in words."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError, ProxyType
from yarl import URL

from tunerr.errors import Unreachable
from tunerr.model.url import SecretUrl
from tunerr.support.http_errors import NETWORK_ERRORS, network_words, site

_SOCKS = {"socks5": 1080, "socks5h": 1080}
_PORTS = {"http": 80, "https": 443, **_SOCKS}
_WANTS_LOGIN = 407
_HINT = "It is the proxy that is set for this source; the provider was not reached."
_LOGIN_HINT = "Check the user name and the password in the proxy's URL."
_NOT_CONNECTED = "could not connect to"
# RFC 1928, section 6; what a proxy says of the address behind it.
_SOCKS_REPLIES = {2: "does not allow connections to", 3: _NOT_CONNECTED, 4: _NOT_CONNECTED, 5: _NOT_CONNECTED}
_HTTP_REPLIES = {403: "does not allow connections to", 405: "does not allow connections to"}
# An answer with one of these comes from the proxy itself: RFC 9209, and what Squid says of its own errors.
_OWN_ERROR = ("Proxy-Status", "X-Squid-Error")

FAILURES = (*NETWORK_ERRORS, ProxyError, ProxyConnectionError, ProxyTimeoutError)
"""All that a request through a proxy can raise for outside reasons."""


class Proxy:
    """One proxy: http, https (names are looked up by it), socks5 or socks5h (likewise: nothing is asked here).

    Raises Unreachable when `url` is none of them.
    """

    def __init__(self, url: SecretUrl) -> None:
        try:
            parts = urlsplit(url.reveal())
            self._scheme, self.host = parts.scheme.lower(), parts.hostname or ""
            self._port = parts.port or _PORTS.get(self._scheme, 0)
            self._http_url = URL(url.reveal())
        except ValueError:
            self._scheme, self.host, self._port = "", "", 0
        if self._scheme not in _PORTS or not self.host:
            raise Unreachable(
                "The proxy of this source can't be used.", hint="Write it as socks5://host:1080.", cause="proxy"
            )
        self._login = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._site = site(url)

    @property
    def socks(self) -> bool:
        """Whether the connector does it all; else the session has to be told of the proxy too."""
        return self._scheme in _SOCKS

    def session_url(self) -> URL | None:
        """What the session is told: the URL of an HTTP proxy, with its credentials."""
        return None if self.socks else self._http_url

    def connector(self, keepalive_timeout: float) -> aiohttp.TCPConnector:
        """The connector of a SOCKS proxy."""
        user, password = self._login
        return ProxyConnector(
            host=self.host,
            port=self._port,
            proxy_type=ProxyType.SOCKS5,
            username=user or None,
            password=password or None,
            rdns=True,
            limit=0,
            keepalive_timeout=keepalive_timeout,
        )

    def told(self, error: Exception, url: SecretUrl) -> Unreachable | None:
        """The error when the proxy is at fault for what was raised on the way to `url`; None when it is not."""
        match error:
            case aiohttp.ClientHttpProxyError():
                return self.refused(error.status, url)
            case ProxyError():
                return self._socks_refused(error, url)
        connecting = self._connecting(error)
        return self._failed(network_words(connecting)[0]) if connecting is not None else None

    def behind(self, error: Exception) -> Exception:
        """What went wrong behind it: a connection that is closed because TLS failed may raise in its turn."""
        hidden = error.__context__
        return hidden if isinstance(hidden, ssl.SSLError) else error

    def own_answer(self, status: int, headers: Mapping[str, str], url: SecretUrl) -> Unreachable | None:
        """The error when an answer to a plain http request is the proxy's own; None when it is the provider's."""
        if self.socks or url.scheme != "http":
            return None
        own = status >= 400 and any(name in headers for name in _OWN_ERROR)  # noqa: PLR2004 - HTTP's first error
        return self.refused(status, url) if own or status == _WANTS_LOGIN else None

    def refused(self, status: int, url: SecretUrl) -> Unreachable:
        """The error for the proxy's own answer to a request for `url`."""
        if status == _WANTS_LOGIN:
            return self._no_login()
        return self._failed(f"{_HTTP_REPLIES.get(status, _NOT_CONNECTED)} {site(url)} (its status {status}).")

    def _connecting(self, error: Exception) -> BaseException | None:
        """What went wrong on the way to the proxy itself; None when it was behind it."""
        match error:
            case ProxyTimeoutError():
                return aiohttp.ConnectionTimeoutError()
            case ProxyConnectionError():
                return error.__cause__
            # The session asks the resolver for the proxy's name only.
            case aiohttp.ClientProxyConnectionError() | aiohttp.ClientConnectorDNSError():
                return error
            case aiohttp.ClientConnectorError() if (error.host, error.port) == (self.host, self._port):
                return error
        return None

    def _socks_refused(self, error: ProxyError, url: SecretUrl) -> Unreachable:
        if error.error_code is None and "authentication" in str(error).lower():
            return self._no_login()
        if error.error_code is None:
            return self._failed("does not speak SOCKS 5.")
        said = _SOCKS_REPLIES.get(int(error.error_code), _NOT_CONNECTED)
        return self._failed(f"{said} {site(url)} (its reply {int(error.error_code)}).")

    def _no_login(self) -> Unreachable:
        said = "refuses its user name or password." if any(self._login) else "wants a user name and a password."
        return Unreachable(f"The proxy {self._site} {said}", hint=_LOGIN_HINT, cause="proxy")

    def _failed(self, said: str) -> Unreachable:
        return Unreachable(f"The proxy {self._site} {said}", hint=_HINT, cause="proxy")
