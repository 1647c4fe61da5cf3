"""What happened, put into words: streams, sources, the guide. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from tunerr.gateway.timeline import Event, StreamAttempt
from tunerr.model.guide import GuideHealth
from tunerr.model.happening import Happening
from tunerr.model.status import GuideEdition, SourceState, SourceStatus
from tunerr.views.seen import ENDED_UNDER_VIEWERS, ended_at

_SEEN = {"repaired": "; viewers saw nothing", "back": "; viewers saw a card until then"}
_UNCHANGED = "Nothing changed."
_FEW = frozenset({"sparse", "placeholder_only", "matched_no_programmes"})


def stream_happenings(attempt: StreamAttempt, after: datetime | None) -> tuple[tuple[Happening, ...], datetime | None]:
    """What a session has to tell of the time since `after`, oldest first, and up to when that is.

    Left out are comings and goings of viewers, losses that the switch after them tells, and what has been said of an
    outage before. A loss that is the last word so far waits for the next one.
    """
    events = attempt.events
    if not attempt.status and events and events[-1].kind == "lost":
        events = events[:-1]
    ended = ended_at(attempt) if attempt.status == ENDED_UNDER_VIEWERS else None
    latest = ended or (events[-1].at if events else None)
    if latest is None or (after is not None and latest <= after):
        return (), after
    lines = [(event.at, outcome, _sentence(event, outcome)) for event, outcome in _told(events)]
    if ended is not None:
        lines.append((ended, "ended", "The stream ended for its viewers: no source could be had again."))
    title, link = f"{attempt.number} {attempt.name}", f"/live/{attempt.id}"
    told = (
        Happening(at, "stream", outcome, title, message, link=link)
        for at, outcome, message in lines
        if after is None or at > after
    )
    return tuple(told), latest


def _sentence(event: Event, outcome: str) -> str:
    return f"{event.text[:1].upper()}{event.text[1:]}{_SEEN.get(outcome, '')}."


def _told(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """The events that are told, each with its outcome."""
    said: set[str] = set()
    lost = card = False
    for index, event in enumerate(events):
        following = events[index + 1].kind if index + 1 < len(events) else ""
        if event.kind == "viewer" or event.text in said:
            continue
        outcome = event.kind
        if event.kind == "failed":
            said.add(event.text)
        elif event.kind in {"live", "switch"}:
            said.clear()
            if lost:
                outcome = "back" if card else "repaired"
            lost = card = False
        lost, card = lost or event.kind == "lost", card or event.kind == "slate"
        if event.kind != "lost" or following != "switch":
            yield event, outcome


def source_happening(before: SourceStatus, now: SourceStatus) -> Happening | None:
    """Say how the refresh of a source ended; None when that is no news. A failure like the one before is none."""
    if now.attempted_at is None or now.attempted_at == before.attempted_at:
        return None
    if now.state is not SourceState.OK and (before.state, before.message) == (now.state, now.message):
        return None
    outcome, message = "down", now.message or "It could not be refreshed."
    if now.state is SourceState.OK:
        outcome = "ok" if now.message == _UNCHANGED else "changed"
        message = f"Refreshed. {now.message}".rstrip()
    elif now.state is SourceState.REFUSED:
        outcome = "held"
    link = "/guide/repair" if now.kind == "guide" else f"/providers/{now.id}"
    return Happening(now.attempted_at, "source", outcome, now.id, message, now.hint, link=link)


def guide_happening(edition: GuideEdition, health: GuideHealth | None) -> Happening:
    """Say what an edition of the guide holds; `health` is its own, None while it is not known."""
    few = sum(row.status in _FEW for row in health.channels) if health is not None else 0
    more = f", {few:,} with few programmes or none that say more than the name" if few else ""
    linked = f"{edition.linked:,} of {edition.channels:,} channels linked"
    outcome = "ok" if edition.linked == edition.channels and not few else "changed"
    return Happening(edition.built_at, "guide", outcome, "Guide", f"Made: {linked}{more}.", link="/guide/repair")
