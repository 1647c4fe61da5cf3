"""The way from nothing to a picture: what is done, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from tunerr.model.status import SourceState
from tunerr.views.device import ClientUrls
from tunerr.views.home import Asking
from tunerr.views.providers import Probe, ProviderCard


@dataclass(frozen=True, slots=True)
class FirstRunView:
    """Everything on the page. `step`: the first one that isn't done, from 1 (provider) to 4 (media server), 5 for none.

    `known`: channels that the providers have; `offered`: those in the lineup; `limit`: what a device can offer;
    `changes`: choices that wait to be published; `chosen`: groups were picked. `asked`: who asked for the lineup last.
    """

    step: int
    cards: tuple[ProviderCard, ...]
    probe: Probe
    waiting: bool
    known: int
    offered: int
    limit: int
    chosen: bool
    changes: int
    asked: Asking | None
    urls: ClientUrls
    demo: bool


def first_run_view(
    *,
    cards: tuple[ProviderCard, ...],
    probe: Probe,
    known: int,
    offered: int,
    limit: int,
    chosen: bool,
    changes: int,
    asked: Asking | None,
    urls: ClientUrls,
    demo: bool,
) -> FirstRunView:
    """Find out how far it has come; nothing of it is stored, so whoever comes back goes on where things stand."""
    playlists = [card for card in cards if card.row is not None and card.row.kind == "playlist"]
    answered = any(card.row is not None and card.row.succeeded_at is not None for card in playlists)
    waiting = any(card.row is not None and card.row.state == SourceState.WAITING.value for card in playlists)
    if demo or not playlists:
        step = 1
    elif not answered or not known:
        step = 2
    elif changes or (not chosen and known > limit):
        step = 3
    else:
        step = 5 if asked else 4
    return FirstRunView(
        step=step,
        cards=() if demo else cards,
        probe=probe,
        waiting=waiting,
        known=known,
        offered=offered,
        limit=limit,
        chosen=chosen,
        changes=changes,
        asked=asked,
        urls=urls,
        demo=demo,
    )
