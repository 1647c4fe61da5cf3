"""The next programmes of one channel: `get_short_epg` and `get_simple_data_table`. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from tunerr.providers.xtream.answers import read_answer
from tunerr.providers.xtream.refusals import account_instead
from tunerr.providers.xtream.values import Object, flag, items, moment, obj, text

_LONGEST_DESCRIPTION = 5000


class Listing(NamedTuple):
    """One programme; times in UTC. `archived`: the panel can replay it. `channel`: its id in the panel's guide."""

    start: datetime
    stop: datetime
    title: str
    description: str
    language: str
    channel: str
    archived: bool


def listings(body: bytes, *, zone: tzinfo = UTC) -> tuple[Listing, ...]:
    """Read the answer; programmes by their start. `zone` is the panel's, for times that are written as text.

    Programmes without a start, or that end before it, are left out. Raises AccountRefused and NotAPanel.
    """
    document = read_answer(body)
    answer = obj(document)
    if "user_info" in answer:
        raise account_instead(obj(answer["user_info"]))
    told = [obj(row) for row in items(answer.get("epg_listings", document))]
    encoded = _encoded(value for row in told for value in (row.get("title"), row.get("description")))
    found = (_listing(row, zone, encoded=encoded) for row in told)
    return tuple(sorted(listing for listing in found if listing is not None))


def _listing(row: Object, zone: tzinfo, *, encoded: bool) -> Listing | None:
    start = moment(row.get("start_timestamp")) or moment(row.get("start"), zone)
    stop = moment(row.get("stop_timestamp")) or moment(row.get("end"), zone) or moment(row.get("stop"), zone)
    if start is None or stop is None or stop <= start:
        return None
    title, description = (_decoded(value) if encoded else value for value in (row.get("title"), row.get("description")))
    return Listing(
        start,
        stop,
        text(title),
        text(description, _LONGEST_DESCRIPTION),
        text(row.get("lang"), 20),
        text(row.get("channel_id")),
        flag(row.get("has_archive")),
    )


def _encoded(values: Iterable[object]) -> bool:
    """Whether the texts are base64: one answer is all so or not at all, and a single word may look like it."""
    told = [value for value in values if isinstance(value, str) and value]
    return bool(told) and all(_decoded(value) is not None for value in told)


def _decoded(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
