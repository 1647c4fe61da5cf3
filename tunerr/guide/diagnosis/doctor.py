"""One diagnosis of the guide: what is wrong with it, why that matters, what to do next. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from rapidfuzz import fuzz

from tunerr.guide.diagnosis.health import acceptance, refusal, worst_first
from tunerr.guide.making.merge import shift_of
from tunerr.guide.messages import DoctorAnswer, GuideFacts, Suggested
from tunerr.model.guide import ChannelHealth, GuideStatus
from tunerr.model.status import SourceState, SourceStatus
from tunerr.support.timeshift import MOST_SECONDS

Severity = Literal["error", "warning", "note"]

_OLD = timedelta(hours=36)
_SOON = timedelta(hours=24)
_ALIKE = 60.0  # of 100; names of one channel in two forms have more
_SHOWN = 20
_ADD = "iptv-tunerr source add xmltv --url https://guide.example/xmltv.xml.gz"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `channels`: the numbers of those concerned; `commands` are exact, the best first."""

    kind: str
    severity: Severity
    what: str
    why: str
    next_step: str
    commands: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What the diagnosis is made of. `statuses`: of the guide sources in force; None when a document was given.

    `shifts`: how the times of sources are moved already, see `model.source.Programmes`.
    """

    answer: DoctorAnswer
    statuses: Sequence[SourceStatus] | None
    now: datetime
    shifts: Mapping[str, str] = field(default_factory=dict)


def diagnose(found: Findings) -> tuple[Problem, ...]:
    """Return every problem, those of whole guides first, then those of channels; empty when all is well."""
    return tuple(problem for check in _CHECKS for problem in check(found))


def verdict(found: Findings, problems: Sequence[Problem]) -> str:
    """Say in one sentence how the guide is."""
    total = len(found.answer.channels)
    good = sum(row.status in {"healthy", "good"} for row in found.answer.channels)
    said = f"{good:,} of {total:,} channels have a good guide."
    serious = sum(problem.severity != "note" for problem in problems)
    return f"{said} {serious} problem{'' if serious == 1 else 's'} to look at." if serious else f"{said} All is well."


def _no_source(found: Findings) -> Iterator[Problem]:
    if found.statuses is not None and not found.statuses:
        yield Problem(
            "no_guide",
            "error",
            "There is no guide source.",
            "Every channel shows nothing but its name.",
            "Add a guide: the address of an XMLTV document, or a panel that has one.",
            (_ADD,),
        )


def _failed(found: Findings) -> Iterator[Problem]:
    for status in found.statuses or ():
        if status.state in {SourceState.FAILED, SourceState.REFUSED}:
            kept = "The last good guide is served and runs out." if status.succeeded_at else "It gives no programmes."
            yield Problem(
                "source_failed",
                "error",
                f"{status.id}: {status.message}",
                kept,
                status.hint or "It is asked again by itself; the command asks now.",
                (f"iptv-tunerr source refresh {status.id}",),
            )


def _old(found: Findings) -> Iterator[Problem]:
    for status in found.statuses or ():
        if status.succeeded_at is not None and found.now - status.succeeded_at > _OLD:
            hours = int((found.now - status.succeeded_at).total_seconds() // 3600)
            yield Problem(
                "source_old",
                "warning",
                f"{status.id} was last read {hours} hours ago.",
                "Changes of the programme don't arrive, and it runs out.",
                "Have it read now; if that works, shorten its interval.",
                (f"iptv-tunerr source refresh {status.id}",),
            )


def _empty(found: Findings) -> Iterator[Problem]:
    for facts in found.answer.guides:
        if not facts.with_programmes:
            yield Problem(
                "source_empty",
                "error",
                f"{facts.source} lists {facts.listed:,} channels and has no programmes at all.",
                "It fills nothing.",
                "Ask its provider, or put another guide in its place.",
                (_ADD,),
            )
        elif not facts.matched and found.answer.channels:
            yield Problem(
                "source_unmatched",
                "warning",
                f"None of the channels is in {facts.source}, which lists {facts.listed:,}.",
                "It is read for nothing; most often it is a guide of another country.",
                "Look whether it is the guide you meant; accept the ids that are suggested below.",
                ("iptv-tunerr source list",),
            )


def _ending(found: Findings) -> Iterator[Problem]:
    for facts in found.answer.guides:
        if facts.last and facts.last - found.now.timestamp() < _SOON.total_seconds():
            until = datetime.fromtimestamp(facts.last, UTC)
            over = until <= found.now
            yield Problem(
                "source_ending",
                "error" if over else "warning",
                f"The programmes of {facts.source} {'ended' if over else 'end'} at {until:%Y-%m-%d %H:%M} UTC.",
                "Recordings can't be planned further, and then there is nothing but placeholders.",
                "Have it read now. If nothing newer comes, its provider has stopped to fill it.",
                () if found.statuses is None else (f"iptv-tunerr source refresh {facts.source}",),
            )


def _shifted(found: Findings) -> Iterator[Problem]:
    for facts in found.answer.guides:
        if facts.skew:
            hours = facts.skew / 3600
            word = "later" if hours > 0 else "earlier"
            yield Problem(
                "source_shifted",
                "warning",
                f"The times of {facts.source} are {abs(hours):g} h {word} than those of {facts.skew_from}.",
                "One of the two has a wrong time zone: programmes begin at the wrong time, recordings are cut.",
                "Compare both with what is on now, then move the wrong one; this moves the lower one.",
                tuple(_moved_back(facts, found.shifts.get(facts.source, ""))),
            )


def _moved_back(facts: GuideFacts, shift: str) -> Iterator[str]:
    """The command that takes the skew away from what the shift in force leaves; a zone can't be moved by hours."""
    current = shift_of(shift)
    seconds = current.seconds - facts.skew
    if current.zone is None and abs(seconds) <= MOST_SECONDS:
        yield f"iptv-tunerr source edit {facts.source} --shift={seconds / 3600:+g}"


def _unmatched(found: Findings) -> Iterator[Problem]:
    """Channels without a guide: those with suggestions one by one, the others together."""
    by_channel: dict[str, list[Suggested]] = defaultdict(list)
    for one in found.answer.suggestions:
        by_channel[one.channel].append(one)
    lost = [row for row in worst_first(found.answer.channels) if not row.links]
    for row in lost:
        if suggested := by_channel.get(row.channel_id):
            best = suggested[0]
            yield Problem(
                "unmatched",
                "warning",
                f"{row.number} {row.name} is in no guide; {best.guide_name or best.guide_id} is like it "
                f"({best.score:.0f} of 100: {best.reason}).",
                "It shows nothing but its name, and can't be recorded by title.",
                "Accept the right one of these ids, if one is.",
                tuple(acceptance(row.number, one.guide_id) for one in suggested),
                (row.number,),
            )
    alone = [row for row in lost if row.channel_id not in by_channel]
    if alone and found.answer.guides:
        yield Problem(
            "unknown_to_guides",
            "warning",
            f"{_count(alone)} in no guide, and nothing there is like {'it' if len(alone) == 1 else 'them'}: "
            f"{_names(alone)}.",
            "They show nothing but their names.",
            "Add a guide that has them, or look for their ids by words.",
            (_ADD, "iptv-tunerr guide search TEXT"),
            tuple(row.number for row in alone),
        )


_THIN: Sequence[tuple[GuideStatus, str, str, str]] = (
    (
        "matched_no_programmes",
        "listed by a guide, without programmes",
        "They look linked and show nothing.",
        "Add another guide behind it, or refuse the id so that another one is taken.",
    ),
    (
        "placeholder_only",
        "listed by a guide with nothing but the channel's name",
        "Such rows pass for a guide and say nothing.",
        "Refuse the id, or add another guide; the guide policy drop_placeholders leaves such channels out.",
    ),
    (
        "sparse",
        "listed by a guide with next to no programmes",
        "Most of the day shows placeholders.",
        "Add another guide behind it: it fills the gaps.",
    ),
)


def _thin(found: Findings) -> Iterator[Problem]:
    channels = worst_first(found.answer.channels)
    for status, words, why, step in _THIN:
        rows = [row for row in channels if row.status == status]
        if rows:
            refusals = (refusal(row.number, row.links[0].guide_id) for row in rows[:_SHOWN] if row.links)
            yield Problem(
                status,
                "warning",
                f"{_count(rows)} {words}: {_names(rows)}.",
                why,
                step,
                () if status == "sparse" else tuple(refusals),
                tuple(row.number for row in rows),
            )


def _running_out(found: Findings) -> Iterator[Problem]:
    soon = (found.now + _SOON).timestamp()
    ending = {facts.source for facts in found.answer.guides if facts.last and facts.last < soon}
    rows = [
        row
        for row in found.answer.channels
        if row.real and 0 < row.last < soon and not any(link.source in ending for link in row.links)
    ]
    if rows:
        yield Problem(
            "ending",
            "warning",
            f"The programmes of {len(rows):,} channel{'' if len(rows) == 1 else 's'} end within 24 hours: "
            f"{_names(rows)}.",
            "Their guide is full of placeholders tomorrow.",
            "Add another guide behind it, or ask the guide's provider: the others in it go on.",
            (_ADD,),
            tuple(row.number for row in rows),
        )


def _lucky(found: Findings) -> Iterator[Problem]:
    """Ids that channels of quite different names share: one of them is right, if any."""
    users: dict[tuple[str, str], list[ChannelHealth]] = defaultdict(list)
    for row in found.answer.channels:
        for link in row.links:
            if link.method == "id":
                users[link.source, link.guide_id].append(row)
    for (source, guide_id), rows in users.items():
        strangers = [row for row in rows[1:] if fuzz.token_set_ratio(row.name, rows[0].name) < _ALIKE]
        if strangers:
            yield Problem(
                "shared_id",
                "warning",
                f"{_names(rows)} all use the id {guide_id} of {source}.",
                "Their provider gave one id to different channels: all but one show a wrong guide.",
                "Refuse it for those that it isn't.",
                tuple(refusal(row.number, guide_id) for row in rows[:_SHOWN]),
                tuple(row.number for row in rows),
            )


def _aliases(found: Findings) -> Iterator[Problem]:
    if count := len(found.answer.aliases):
        yield Problem(
            "aliases",
            "note",
            f"{count:,} channel{'' if count == 1 else 's'} can be linked by an alias file, each to the one id that is "
            "surely alike.",
            "All are linked at once, on every server that uses the file.",
            "Write the file, read it through, name it in IPTV_TUNERR_XMLTV_ALIASES.",
            ("iptv-tunerr epg-doctor --write-aliases aliases.json",),
        )


_CHECKS: Sequence[Callable[[Findings], Iterator[Problem]]] = (
    _no_source,
    _failed,
    _old,
    _empty,
    _ending,
    _shifted,
    _unmatched,
    _thin,
    _running_out,
    _lucky,
    _aliases,
)


def _count(rows: Sequence[ChannelHealth]) -> str:
    return "1 channel is" if len(rows) == 1 else f"{len(rows):,} channels are"


def _names(rows: Sequence[ChannelHealth]) -> str:
    shown = ", ".join(f"{row.number} {row.name}" for row in rows[:_SHOWN])
    return f"{shown} and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else shown
