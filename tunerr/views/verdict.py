"""Is it fine, and if not, what to do: one sentence and one next step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunerr.model.account import AccountStatus
from tunerr.model.status import GuideEdition, SourceState, SourceStatus

TROUBLES = frozenset({SourceState.FAILED, SourceState.REFUSED})
ASKED_AGAIN = "It is asked again by itself; “Refresh” asks now."
_SHORTLY = timedelta(days=7)
_POOR_GUIDE = 50.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in words. `state`: ready, troubled (serving, with a problem), starting or down.

    A problem always has a `next_step`, and names the `source` that has it. `link`: where the step is done, a path of
    the deck; `label`: what that place is called.
    """

    state: str
    sentence: str
    next_step: str = ""
    link: str = ""
    label: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the verdict is made of. `guide_real`: percent of the channels with real programmes, None while not known.

    `asked_for`: whether a media server has ever asked for the lineup. `accounts`: what panels said of theirs last.
    """

    channels: int
    edition: GuideEdition | None
    guide_real: float | None
    statuses: tuple[SourceStatus, ...]
    accounts: Collection[AccountStatus]
    asked_for: bool
    demo: bool
    now: datetime


def verdict(standing: Standing) -> Verdict:
    """Judge it: what keeps channels from viewers comes first, then what soon will, then what is missing."""
    troubled = [status for status in standing.statuses if status.state in TROUBLES]
    if standing.channels and troubled:
        return _troubled(standing.channels, troubled)
    if standing.channels:
        return _ending(standing) or _ready(standing)
    playlists = [status for status in troubled if status.kind == "playlist"]
    if not playlists:
        return Verdict(
            "starting", "The first refresh is running.", "This page shows the channels as soon as they are here."
        )
    ill = playlists[0]
    sentence = f"There are no channels yet. {ill.id}: {ill.message}"
    return Verdict("down", sentence, ill.hint or ASKED_AGAIN, f"/providers/{ill.id}", "Open the provider", ill.id)


def count(number: int, noun: str) -> str:
    """`1 channel`, `1,200 channels`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _troubled(channels: int, troubled: Sequence[SourceStatus]) -> Verdict:
    """Serving goes on; say of what, and what is wrong with the first of the `troubled`."""
    ill = troubled[0]
    kept = f" with the last good {ill.kind}" if ill.succeeded_at else ""
    others = len(troubled) - 1
    more = f" {count(others, 'other source')} {'has' if others == 1 else 'have'} a problem too." if others else ""
    sentence = f"{count(channels, 'channel')} {'is' if channels == 1 else 'are'} served{kept}. {ill.id}: {ill.message}"
    step = (ill.hint or ASKED_AGAIN) + more
    return Verdict("troubled", sentence, step, f"/providers/{ill.id}", "Open the provider", ill.id)


def _ending(standing: Standing) -> Verdict | None:
    """The account that ends first, when that is within seven days or past."""
    dated: Iterable[tuple[datetime, str]] = (
        (account.expires, account.source) for account in standing.accounts if account.expires is not None
    )
    expires, source = min(dated, default=(None, ""))
    if expires is None or expires - standing.now > _SHORTLY:
        return None
    left = expires - standing.now
    when = f"ended on {expires:%-d %B}" if left <= timedelta() else f"ends on {expires:%-d %B}, in {_span(left)}"
    sentence = f"{_offered(standing)} The account of {source} {when}."
    step = "Renew it with the provider before its streams stop."
    return Verdict("troubled", sentence, step, f"/providers/{source}", "Open the provider", source)


def _ready(standing: Standing) -> Verdict:
    edition = standing.edition
    if standing.demo:
        step, link, label = "This is the demo.", "/start", "Add your provider"
    elif not any(status.kind == "guide" for status in standing.statuses):
        step, link, label = "There is no guide: the channels have no programmes.", "/start", "Add a guide"
    elif standing.guide_real is not None and standing.guide_real < _POOR_GUIDE:
        step = f"Only {standing.guide_real:.0f} % of the channels have programmes."
        link, label = "/guide/repair", "Repair the guide"
    elif not standing.asked_for:
        step, link, label = "No media server has asked for the lineup yet.", "/start", "Connect one"
    elif edition is not None and edition.linked < edition.channels:
        without = edition.channels - edition.linked
        step = f"{count(without, 'channel')} {'has' if without == 1 else 'have'} no guide."
        link, label = "/guide/repair", "Repair the guide"
    else:
        step = link = label = ""
    return Verdict("ready", _offered(standing), step, link, label)


def _offered(standing: Standing) -> str:
    edition = standing.edition
    if edition is None:
        guide = "the guide is being made"
    elif edition.linked == 0:
        guide = "none with a guide"
    else:
        guide = "all with a guide" if edition.linked == edition.channels else f"{edition.linked:,} with a guide"
    return f"{count(standing.channels, 'channel')}, {guide}."


def _span(left: timedelta) -> str:
    return count(left.days, "day") if left.days else "less than a day"
