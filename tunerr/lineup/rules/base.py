"""The base filters: hosts, guide ids, music, sports, ids, language, expression. Each looks at one channel alone."""

from __future__ import annotations

from collections.abc import Sequence

from tunerr.lineup.rules.candidate import Candidate
from tunerr.lineup.rules.hosts import on_any
from tunerr.lineup.rules.language import language_of
from tunerr.lineup.rules.stage import PATTERN_SECONDS, Given, Outcome, Skipped, leave_out
from tunerr.lineup.rules.words import MUSIC, SPORTS, Vocabulary
from tunerr.model.pattern import UserPattern


def hosts(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out channels all of whose streams are on stripped hosts."""
    stripped = given.rules.strip_hosts
    if not stripped:
        return None

    def reason(channel: Candidate) -> str:
        every = bool(channel.row.hosts) and all(on_any(host, stripped) for host in channel.row.hosts)
        return f"all its streams are on hosts that are not used ({', '.join(channel.row.hosts[:3])})" if every else ""

    return leave_out(channels, reason, summary="streams only on hosts that are not used")


def guide_id(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out channels without a tvg-id."""
    if not given.rules.guide_id_only:
        return None
    return leave_out(channels, lambda channel: "" if channel.row.tvg_id else "it has no tvg-id", summary="no tvg-id")


def music(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out music and radio."""
    if not given.rules.drop_music:
        return None

    def reason(channel: Candidate) -> str:
        # Not in names: Radio-Canada is television.
        group = channel.text.partition("|")[2].split()
        radio = channel.row.radio or "radio" in group or "radios" in group
        return "music: it is radio" if radio else _about("music", channel, MUSIC)

    return leave_out(channels, reason, summary="music and radio")


def sports(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out sports."""
    if not given.rules.drop_sports:
        return None
    return leave_out(channels, lambda channel: _about("sports", channel, SPORTS), summary="sports")


def ids(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out listed channels, by channel id or tvg-id."""
    listed = {one.casefold() for one in given.rules.exclude_ids}
    if not listed:
        return None

    def reason(channel: Candidate) -> str:
        if channel.id.casefold() in listed:
            return "its id is in the list of excluded channels"
        return "its tvg-id is in the list of excluded channels" if channel.row.tvg_id.casefold() in listed else ""

    return leave_out(channels, reason, summary="the list of excluded channels")


def language(channels: Sequence[Candidate], given: Given) -> Outcome | None:
    """Leave out channels in other languages; where nothing tells, it is English."""
    wanted = given.rules.languages
    if not wanted:
        return None

    def reason(channel: Candidate) -> str:
        found, why = language_of(channel)
        return "" if found in wanted else f"its language is {found} ({why}), wanted is {', '.join(wanted)}"

    return leave_out(channels, reason, summary=f"other languages than {', '.join(wanted)}")


def expression(channels: Sequence[Candidate], given: Given) -> Outcome | Skipped | None:
    """Leave out channels whose name or tvg-id matches the operator's expression."""
    text = given.rules.exclude_regex
    if not text:
        return None
    try:
        pattern = UserPattern.parse(text)
        subjects = (f"{channel.name}\n{channel.row.tvg_id}" for channel in channels)
        matches = list(pattern.found(subjects, seconds=PATTERN_SECONDS))
    except (ValueError, TimeoutError) as error:
        return Skipped(f"The exclude regex was not applied: {error}")
    reason = f"exclude regex `{text}` matches its name or tvg-id"
    left_out = {channel.id: reason for channel, matched in zip(channels, matches, strict=True) if matched}
    return Outcome(channels, left_out, summary=f"exclude regex `{text}`")


def _about(subject: str, channel: Candidate, words: Vocabulary) -> str:
    term = words.find(channel.text)
    return f"{subject}: '{term}' is in its name or group" if term else ""
