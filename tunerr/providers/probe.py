"""Asking providers whether they work, gently: few questions, small answers, never two at once to one host."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import parse_qs, urlencode, urlsplit

from multidict import CIMultiDictProxy

from tunerr.errors import FetchError
from tunerr.model.source import Access, Panel, Source
from tunerr.model.url import SecretUrl, Zone
from tunerr.providers.probe_report import Attempt, Probed, ProbeReport, reported
from tunerr.providers.verdicts import ABOUT_THE_ACCOUNT, HEAD_BYTES, Kind, Status, Verdict, from_error, judge
from tunerr.support.causes import Cause
from tunerr.support.clock import Clock
from tunerr.support.http import Answer, Headers, HttpClients, Reach
from tunerr.support.http_errors import site

AGENTS = {
    "Lavf": "Lavf/60.16.100",
    "VLC": "VLC/3.0.20 LibVLC/3.0.20",
    "mpv": "mpv/0.37.0",
    "Kodi": "Kodi/21.0 (X11; Linux x86_64) App_Bitness/64 Version/21.0",
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Chrome": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "curl": "curl/8.5.0",
}
"""User-Agents in the order of contract §5.16."""

_HOSTS_AT_ONCE = 10
_HEAD_SECONDS = 10.0
_VARIANTS = tuple((form, output) for form in ("m3u_plus", "m3u") for output in ("ts", "m3u8", ""))
_AGENT_MAY_HELP = frozenset({Cause.CLOUDFLARE_CHALLENGE, Cause.CLOUDFLARE_BLOCK, Cause.FORBIDDEN})
_VARIANT_MAY_HELP = frozenset(
    {
        *(Cause.NOT_FOUND, Cause.FORBIDDEN, Cause.SERVER_ERROR, Cause.ODD_STATUS, Cause.HTML_PAGE),
        *(Cause.NO_ANSWER, Cause.NOT_A_PLAYLIST, Cause.EMPTY),
    }
)
# After these the host is not asked again: it would not answer, or take offense.
_LEAVE_ALONE = frozenset(
    {
        *(Cause.DNS, Cause.REFUSED, Cause.UNREACHABLE, Cause.TIMEOUT, Cause.TLS, Cause.NO_HTTP, Cause.PROXY),
        *(Cause.RATE_LIMITED, Cause.BANNED, Cause.ADDRESS_REFUSED),
    }
)
_HEAD_DECIDES = frozenset({Cause.DNS, Cause.REFUSED, Cause.TLS, Cause.PROXY, Cause.RATE_LIMITED, Cause.ADDRESS_REFUSED})


@dataclass(frozen=True, slots=True)
class Target:
    """One account on one host (`panel`), or the playlist at `location`. `name` is for the report."""

    name: str
    location: SecretUrl
    panel: Panel | None = None
    access: Access = field(default_factory=Access)
    allow_lan: bool = False


def targets_of(sources: Iterable[Source]) -> tuple[Target, ...]:
    """Return what can be probed of the playlist sources: each host of a panel; no files, no devices."""
    found = []
    for source in sources:
        if source.kind != "playlist" or source.device or source.location.scheme not in ("http", "https"):
            continue
        if source.panel is None:
            target = target_of(source.location)
            found.append(replace(target, name=source.id, access=source.access, allow_lan=source.allow_lan))
            continue
        found.extend(
            Target(source.id, host, replace(source.panel, hosts=(host,)), source.access, source.allow_lan)
            for host in source.panel.hosts
        )
    return tuple(found)


def target_of(url: SecretUrl, user: str = "", password: str = "") -> Target:
    """Return the target that an operator's URL names: a get.php with its account, a panel, or a playlist.

    `user` and `password` are for URLs without an account. A panel without any raises ValueError.
    """
    parts = urlsplit(url.reveal())
    query = parse_qs(parts.query)
    own_user, own_password = (query.get(name, [""])[0] for name in ("username", "password"))
    folder, _, document = parts.path.rpartition("/")
    if own_user and own_password and document in ("get.php", "player_api.php"):
        base = SecretUrl(parts._replace(path=folder, query="", fragment="").geturl())
        return Target(site(url), base, Panel((base,), own_user, own_password))
    if parts.query or "." in document:
        return Target(site(url), url)
    if not (user and password):
        raise ValueError(f"{url} is a panel, and there is no user name and password for it.")
    base = SecretUrl(url.reveal().rstrip("/"))
    return Target(site(url), base, Panel((base,), user, password))


class Prober:
    """Probes targets. `pause`: seconds between two questions to one host. `agents`: the usual User-Agents of hosts.

    What a probe found before is not used: it may be out of date.
    """

    def __init__(
        self,
        *,
        clients: HttpClients,
        clock: Clock,
        pause: float = 0.5,
        agents: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._agents = agents
        self._clients = clients
        self._clock = clock
        self._pause = pause

    async def probe(self, targets: Iterable[Target], *, timeout: float) -> ProbeReport:  # noqa: ASYNC109 - the operator's flag
        """Ask all targets, each for at most `timeout` seconds: at most ten hosts at a time, one host's in turn."""
        wanted = tuple(targets)
        hosts: dict[str, list[int]] = {}
        for index, target in enumerate(wanted):
            hosts.setdefault(target.location.host, []).append(index)
        room = asyncio.Semaphore(_HOSTS_AT_ONCE)
        found: dict[int, Probed] = {}

        async def ask(indexes: list[int]) -> None:
            async with room:
                for position, index in enumerate(indexes):
                    if position:
                        await asyncio.sleep(self._pause)
                    usual = self._agents.get(wanted[index].location.host, "")
                    walk = _Walk(self._clients, self._clock, self._pause, wanted[index], timeout, usual)
                    found[index] = await walk.run()

        async with asyncio.TaskGroup() as group:
            for indexes in hosts.values():
                group.create_task(ask(indexes))
        return reported(found[index] for index in range(len(wanted)))


class _AsAsked:
    """Leaves every request as it is."""

    def dress(self, url: SecretUrl, headers: Headers) -> Headers:  # noqa: ARG002 - as a visitor is called
        return headers

    def answered(self, url: SecretUrl, headers: CIMultiDictProxy[str]) -> None:
        pass


@dataclass(slots=True)
class _Walk:
    """The questions to one target."""

    clients: HttpClients
    clock: Clock
    pause: float
    target: Target
    patience: float
    usual: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    agent: str = ""  # a name in AGENTS, once one was found to help
    agents_tried: bool = False
    deadline: float = 0.0

    async def run(self) -> Probed:
        self.deadline = asyncio.get_running_loop().time() + self.patience
        if self.target.panel is None:
            await self._ask("playlist", self.target.location, "playlist")
        else:
            await self._account(self.target.panel)
        location = self.target.location
        return Probed(self.target.name, location.host, site(location), tuple(self.attempts), AGENTS.get(self.agent, ""))

    async def _account(self, panel: Panel) -> None:
        attempt = await self._ask("player_api.php", panel.api(), "panel")
        for form, output in _VARIANTS:
            if attempt.verdict.cause in _LEAVE_ALONE:
                return
            query = {"username": panel.user, "password": panel.password, "type": form, "output": output}
            url = f"{panel.hosts[0].reveal()}/get.php?{urlencode({k: v for k, v in query.items() if v})}"
            attempt = await self._ask(f"get.php {form} {output}".rstrip(), SecretUrl(url), "playlist")
            if attempt.verdict.cause not in _VARIANT_MAY_HELP:
                return

    async def _ask(self, question: str, url: SecretUrl, kind: Kind) -> Attempt:
        """Ask, and again as other players when it is who asks that is refused; the first answer that says more."""
        attempt = await self._once(question, url, kind, self.agent)
        if attempt.verdict.cause not in _AGENT_MAY_HELP or self.agents_tried:
            return attempt
        self.agents_tried = True
        for name in AGENTS:
            tried = await self._once(question, url, kind, name)
            if tried.verdict.cause in _LEAVE_ALONE:
                return tried
            if tried.verdict.ok or tried.verdict.cause in ABOUT_THE_ACCOUNT:
                self.agent = name
                return tried
        return attempt

    async def _once(self, question: str, url: SecretUrl, kind: Kind, agent: str) -> Attempt:
        if self.attempts:
            await asyncio.sleep(self.pause)
        attempt = None
        if kind == "playlist":
            attempt = await self._decided_by_head(question, url, agent)
        attempt = attempt or await self._get(question, url, kind, agent)
        self.attempts.append(attempt)
        return attempt

    async def _decided_by_head(self, question: str, url: SecretUrl, agent: str) -> Attempt | None:
        """The attempt when HEAD alone says that a GET is of no use. Many servers hang or stumble over HEAD."""
        within = min(self.deadline, asyncio.get_running_loop().time() + _HEAD_SECONDS)
        head = await self._exchange(question, url, "playlist", agent, method="HEAD", until=within)
        decides = head.verdict.cause in _HEAD_DECIDES
        return head if decides or (head.verdict.status is Status.TIMEOUT and within == self.deadline) else None

    async def _get(self, question: str, url: SecretUrl, kind: Kind, agent: str) -> Attempt:
        return await self._exchange(question, url, kind, agent, method="GET", until=self.deadline)

    async def _exchange(
        self, question: str, url: SecretUrl, kind: Kind, agent: str, *, method: str, until: float
    ) -> Attempt:
        started = self.clock.monotonic()
        status, seconds = 0, 0.0
        player = AGENTS[agent] if agent else self.usual
        headers = dict(self.target.access.headers) | ({"User-Agent": player} if player else {})
        # What the operator typed may be anywhere; where it leads is judged as always.
        reach = Reach(Zone.LOOPBACK, typed_host=url.host, allow_lan=self.target.allow_lan)
        try:
            async with (
                asyncio.timeout_at(until),
                self.clients.request(
                    url,
                    reach=reach,
                    headers=headers.items(),
                    read_timeout=self.patience,
                    method=method,
                    proxy=self.target.access.proxy,
                    visitor=_AsAsked(),
                ) as answer,
            ):
                status, seconds = answer.status, self.clock.monotonic() - started
                head = await _head(answer)
                verdict = judge(kind, site(url), status, answer.headers, head, now=self.clock.now())
        except FetchError as error:
            verdict = from_error(error)
        except TimeoutError:
            said = f"{site(url)} did not answer within {self.clock.monotonic() - started:.0f} s."
            verdict = Verdict(Status.TIMEOUT, Cause.TIMEOUT, said, "Try again later, or with a longer --timeout.")
        return Attempt(question, agent, status, seconds or self.clock.monotonic() - started, verdict)


async def _head(answer: Answer) -> bytes:
    """The first bytes of a body; the connection is dropped then, however much would follow."""
    head = bytearray()
    async for chunk in answer.chunks():
        head += chunk
        if len(head) >= HEAD_BYTES:
            break
    return bytes(head[:HEAD_BYTES])
