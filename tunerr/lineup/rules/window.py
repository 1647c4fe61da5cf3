"""The end of the pipeline: own order, window, numbers, limit, failed streams, guide health. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from tunerr.lineup.numbering import shifted
from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.coverage import against
from tunerr.lineup.rules.ordinal import ordinal
from tunerr.lineup.rules.stage import Given, Outcome, Skipped, leave_out
from tunerr.model.numbers import GuideNumber


def disabled(channels: Sequence[Candidate], _: Given) -> Outcome | None:
    """Leave out what the operator took out."""
    left_out = {channel.id: "you took it out" for channel in channels if channel.enabled is False}
    return Outcome(channels, left_out, summary="taken out by you") if left_out else None


def own_order(channels: Sequence[Candidate], _: Given) -> Outcome | None:
    """Put channels that the operator gave a place first."""
    kept = {
        channel.id: f"by the place {channel.order} that you gave it"
        for channel in channels
        if channel.order is not None
    }
    if not kept:
        return None
    ranked = sorted(channels, key=lambda channel: (channel.order is None, channel.order or 0))
    return Outcome(ranked, kept=kept, summary="places given by you")


def window(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out the first `skip` channels and all after the next `take`."""
    skip, take = given.rules.skip, given.rules.take
    if not skip and not take:
        return None
    left_out = {channel.id: f"the first {skip:,} are skipped" for channel in channels[:skip]}
    if take:
        left_out |= {
            channel.id: f"only {take:,} after the first {skip:,} are taken" for channel in channels[skip + take :]
        }
    return Outcome(channels, left_out, summary=f"skip {skip:,}, take {take or 'all'}")


def resequence(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Let channels want numbers in their order."""
    if not given.rules.resequence:
        return None
    start = GuideNumber(given.rules.resequence_start)
    return Outcome([channel._replace(number=shifted(start, place)) for place, channel in enumerate(channels)])


def offset(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Add the offset to the number that a channel wants."""
    if not given.rules.number_offset:
        return None

    def moved(channel: Candidate) -> Candidate:
        wanted = channel.number or (GuideNumber.parse(channel.row.chno) if channel.row.chno else None)
        if wanted is None:
            return channel
        return channel._replace(number=shifted(wanted, given.rules.number_offset))

    return Outcome([moved(channel) for channel in channels])


def cap(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Keep at most the limit: what the operator put in, then channels that hold numbers, then the first others."""
    if len(channels) <= given.limit:
        return None
    held = {channel: place for place, channel in enumerate(given.held)}
    first = [channel for channel in channels if channel.forced or channel.id in held]
    first.sort(key=lambda channel: (not channel.forced, held.get(channel.id, len(held))))
    stay = {channel.id for channel in first[: given.limit]}
    before = len(stay & held.keys())
    stay.update(islice((channel.id for channel in channels if channel.id not in stay), given.limit - len(stay)))
    words = f"the limit of {given.limit:,} channels"
    note = f" (channels with numbers hold {before:,} places)" if before else ""
    return Outcome(
        channels,
        {
            channel.id: f"{words}; it was {ordinal(place)}{note}"
            for place, channel in enumerate(channels, 1)
            if channel.id not in stay
        },
        summary=words,
    )


def failed(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out channels whose streams failed when they were tested."""
    if not given.rules.drop_failed or not given.failed:
        return None
    return leave_out(
        channels,
        lambda channel: "none of its streams passed the last test" if channel.id in given.failed else "",
        summary="streams that failed their test",
    )


def guide_policy(channels: Sequence[Candidate], given: Given) -> Outcome | Skipped | None:
    """Leave out channels by the health of their guide; unknown ones stay."""
    policy = given.rules.guide_policy
    if policy == "off":
        return None
    if given.coverage is None:
        return Skipped("no guide health yet")
    status = given.coverage.status

    def reason(channel: Candidate) -> str:
        found = status.get(channel.id)
        return against(policy, found, has_tvg_id=bool(channel.row.tvg_id)) if found else ""

    return leave_out(channels, reason, summary=f"guide policy {policy}")
