"""Groups of channels as the operator picks them: ids made of titles, and how many channels each has. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import NamedTuple

from tunerr.lineup.rules.candidate import Candidate

UNGROUPED = "ungrouped"
"""The id of channels without a group."""

_BETWEEN = re.compile(r"[\W_]+")


class GroupCount(NamedTuple):
    """One group of one source; `chosen` says how many of its `channels` are offered."""

    id: str
    title: str
    source: str
    channels: int
    chosen: int


@lru_cache(maxsize=20_000)
def slug(title: str) -> str:
    """Letters and digits of a title in lower case, dashes between words."""
    return _BETWEEN.sub("-", unicodedata.normalize("NFKC", title).casefold()).strip("-") or UNGROUPED


def group_ids(channel: Candidate) -> tuple[str, str]:
    """Return both ids that a recipe may call the channel's group: without and with the source."""
    return _ids(channel.row.source, channel.group)


@lru_cache(maxsize=20_000)
def _ids(source: str, title: str) -> tuple[str, str]:
    return slug(title), f"{source}--{slug(title)}"


def count_groups(channels: Iterable[Candidate], chosen: Container[str], *, several: bool) -> list[GroupCount]:
    """Count the channels of each group, in order of appearance; with `several` sources ids begin with the source."""
    every: Counter[tuple[str, str]] = Counter()
    offered: Counter[tuple[str, str]] = Counter()
    for channel in channels:
        key = (channel.row.source, channel.group)
        every[key] += 1
        if channel.id in chosen:
            offered[key] += 1
    found: dict[str, GroupCount] = {}
    for (source, title), count in every.items():
        short, long = _ids(source, title)
        row = found.get(long) or GroupCount(long if several else short, title, source, 0, 0)
        found[long] = row._replace(channels=row.channels + count, chosen=row.chosen + offered[source, title])
    return list(found.values())
