"""How a channel is linked to the guides, for every page that shows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tunerr.model.channel import LineupChannel
from tunerr.model.guide import GuideHealth, GuideLink, GuideStatus, MatchMethod

MatchStatus = GuideStatus | Literal["new"]
"""`new`: the guide that is served was made before the channel came."""

_WEAK: frozenset[MatchMethod] = frozenset({"words", "call_sign", "number"})


@dataclass(frozen=True, slots=True)
class Linked:
    """One guide that has the channel. `shift` in seconds; `refused`: by the operator, since this guide was made."""

    source: str
    guide_id: str
    method: MatchMethod
    reason: str
    shift: int
    refused: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """How a channel is linked, best guide first. `real`: programmes that say more than the channel's name.

    `chosen`: the id that the operator chose and the served guide doesn't have for the channel; empty when it does.
    """

    status: MatchStatus
    links: tuple[Linked, ...]
    chosen: str
    real: int

    @property
    def is_doubtful(self) -> bool:
        """Whether nothing but words, a call sign or a number says that the guide is this channel's."""
        return bool(self.links) and self.links[0].method in _WEAK


def matched(row: LineupChannel, health: GuideHealth | None) -> Matched:
    """Return what is known of one channel of the lineup."""
    wish = row.channel.guide
    known = health.by_id.get(row.channel.id) if health is not None else None
    if known is None:
        return Matched("new", (), wish.chosen, 0)
    links = tuple(_linked(link, wish.refused) for link in known.links)
    in_force = {link.guide_id.lower() for link in known.links}
    return Matched(known.status, links, "" if wish.chosen.lower() in in_force else wish.chosen, known.real)


def _linked(link: GuideLink, refused: tuple[str, ...]) -> Linked:
    return Linked(link.source, link.guide_id, link.method, link.reason, link.shift, link.guide_id.lower() in refused)
