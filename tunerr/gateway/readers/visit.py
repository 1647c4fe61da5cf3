"""Who we are toward an upstream: agent, headers and cookies of one stream's requests, redirects included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from multidict import CIMultiDictProxy

from tunerr.model.url import SecretUrl
from tunerr.support.cookies import Cookies
from tunerr.support.http import Headers, merge_headers

# What a browser sends with the requests of a player on another site.
SEC_FETCH: Headers = (("Sec-Fetch-Dest", "empty"), ("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Site", "cross-site"))


@dataclass(frozen=True, slots=True)
class Visit:
    """The say of one stream in its requests.

    `host_agents` maps a host to the User-Agent that the operator has for it; it wins over any other. Cookies join those
    that the stream brings along.
    """

    cookies: Cookies
    host_agents: Mapping[str, str]

    def dress(self, url: SecretUrl, headers: Headers) -> Headers:
        """`headers` with the agent and the cookies of the host of `url`."""
        added = []
        if agent := self.host_agents.get(url.host):
            added.append(("User-Agent", agent))
        if cookies := self.cookies.header(url):
            own = [value for name, value in headers if name.lower() == "cookie"]
            added.append(("Cookie", "; ".join((*own, cookies))))
        return merge_headers(headers, added)

    def answered(self, url: SecretUrl, headers: CIMultiDictProxy[str]) -> None:
        """Keep the cookies of an answer."""
        self.cookies.take(url, headers.getall("Set-Cookie", ()))
