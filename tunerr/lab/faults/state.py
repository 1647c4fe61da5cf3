"""Facts of the fault provider: channels' armed faults, connections, accounts, and what fired."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from tunerr.lab.faults.vocabulary import Fault, TokenDies
from tunerr.lab.media import Clip
from tunerr.support.clock import Clock

_REQUESTS_KEPT = 10_000
_FIRED_KEPT = 10_000

_Fault = TypeVar("_Fault", bound=Fault)


@dataclass(frozen=True, slots=True)
class Fired:
    """One fault that happened. `request` is the id of the request or connection that it happened to."""

    channel: str
    fault: str
    wall: datetime
    monotonic: float
    request: int


@dataclass(eq=False, slots=True)
class Request:
    """One request; a connection of a stream is one that stays. Times are monotonic seconds; `ended` None: open."""

    id: int
    channel: str
    target: str
    path: str
    agent: str
    account: str
    started: float
    range: str = ""
    status: int = 0
    sent: int = 0
    ended: float | None = None

    @property
    def stream(self) -> bool:
        """Whether it is a connection that stays."""
        return self.target == "stream"


@dataclass(eq=False, slots=True)
class Armed:
    """A fault on a channel. `clip` is what it shows, where it shows something else."""

    fault: Fault
    at: float
    left: int | None
    skip: int
    clip: Clip | None = None
    since: float | None = None  # the first request after the arming
    disarmed: bool = False
    met: set[int] = field(default_factory=set)  # requests that it happened to or that it left alone


@dataclass(eq=False, slots=True)
class Account:
    """A login with at most `limit` connections; a slot stays taken for `release` seconds after its socket closed."""

    user: str
    password: str
    limit: int
    release: float = 0.0
    status: int = 403
    open: int = 0
    most: int = 0
    refused: int = 0
    closing: list[float] = field(default_factory=list)  # when each closed connection's slot becomes free

    def active(self, now: float) -> int:
        """Slots taken."""
        self.closing = [until for until in self.closing if until > now]
        return self.open + len(self.closing)


@dataclass(eq=False, slots=True)
class Traffic:
    """Streams of one channel, and what is armed on it."""

    armed: list[Armed] = field(default_factory=list)
    open: int = 0
    most: int = 0
    opened: int = 0
    token: int = 0


class State:
    """All facts. Every change of them happens here."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.traffic: dict[str, Traffic] = {}
        self.accounts: dict[str, Account] = {}
        self.fired: deque[Fired] = deque(maxlen=_FIRED_KEPT)
        self.requests: deque[Request] = deque(maxlen=_REQUESTS_KEPT)
        self._count = 0

    def arm(self, channel: str, fault: Fault, clip: Clip | None) -> Armed:
        """Arm a fault."""
        armed = Armed(fault, self.clock.monotonic(), fault.times or None, fault.skip, clip)
        self.traffic[channel].armed.append(armed)
        return armed

    def disarm(self, channel: str) -> None:
        """Take all faults off a channel; those that last end now."""
        for armed in self.traffic[channel].armed:
            armed.disarmed = True
        self.traffic[channel].armed.clear()

    def token(self, channel: str) -> str:
        """The token that the channel's URLs carry now."""
        return f"t{self.traffic[channel].token}"

    def begin(
        self, channel: str, path: str, agent: str, *, target: str, account: str = "", wanted_range: str = ""
    ) -> Request:
        """A request for `target` (stream, master, playlist, segment, key) has come. Faults may leave it alone."""
        self._count += 1
        now = self.clock.monotonic()
        request = Request(self._count, channel, target, path, agent, account, now, wanted_range)
        self.requests.append(request)
        traffic = self.traffic[channel]
        if request.stream:
            traffic.open += 1
            traffic.opened += 1
            traffic.most = max(traffic.most, traffic.open)
        for armed in traffic.armed:
            armed.since = now if armed.since is None else armed.since
            if armed.skip and armed.fault.target in {"", target}:
                armed.skip -= 1
                armed.met.add(request.id)
        return request

    def end(self, request: Request) -> None:
        """Its socket is closed, or the answer complete."""
        request.ended = self.clock.monotonic()
        if request.stream:
            self.traffic[request.channel].open -= 1

    def admit(self, account: Account) -> bool:
        """Take a slot of the account if one is free."""
        if account.active(self.clock.monotonic()) >= account.limit:
            account.refused += 1
            return False
        account.open += 1
        account.most = max(account.most, account.open)
        return True

    def leave(self, account: Account) -> None:
        """Give the slot back, at the account's pace."""
        account.open -= 1
        if account.release > 0:
            account.closing.append(self.clock.monotonic() + account.release)

    def due(self, request: Request, kind: type[_Fault]) -> Iterator[tuple[Armed, _Fault]]:
        """Armed faults of this kind whose time for this request has come. They fire when `fire` says so."""
        now = self.clock.monotonic()
        for armed, fault in self.pending(request, kind):
            since = armed.since if not request.stream and armed.since is not None else request.started
            if now >= max(since, armed.at) + fault.after:
                yield armed, fault

    def pending(self, request: Request, kind: type[_Fault]) -> Iterator[tuple[Armed, _Fault]]:
        """Armed faults of this kind that may still happen to this request."""
        for armed in tuple(self.traffic[request.channel].armed):
            fault = armed.fault
            free = armed.left != 0 and request.id not in armed.met and fault.target in {"", request.target}
            if free and isinstance(fault, kind):
                yield armed, fault

    def fire(self, armed: Armed, request: Request) -> None:
        """It happens to this request now."""
        armed.met.add(request.id)
        if armed.left is not None:
            armed.left -= 1
        if isinstance(armed.fault, TokenDies):
            self.traffic[request.channel].token += 1
        now = self.clock.monotonic()
        self.fired.append(Fired(request.channel, armed.fault.name, self.clock.now(), now, request.id))

    def document(self) -> dict[str, Any]:
        """Everything as plain data, for `GET /lab/state.json`."""
        now = self.clock.monotonic()
        return {
            "channels": {
                name: {
                    "open": traffic.open,
                    "opened": traffic.opened,
                    "most": traffic.most,
                    "armed": [
                        {"fault": armed.fault.name, "left": armed.left} | asdict(armed.fault)
                        for armed in traffic.armed
                        if armed.left != 0
                    ],
                }
                for name, traffic in self.traffic.items()
            },
            "accounts": {
                account.user: {
                    "active": account.active(now),
                    "open": account.open,
                    "most": account.most,
                    "limit": account.limit,
                    "refused": account.refused,
                }
                for account in self.accounts.values()
            },
            "fired": [asdict(fired) | {"wall": fired.wall.isoformat()} for fired in self.fired],
            "requests": [asdict(request) for request in self.requests],
        }
