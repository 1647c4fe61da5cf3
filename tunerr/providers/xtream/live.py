"""Live categories and streams of a panel as entries, equal to those of its get.php where both say the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from tunerr.errors import EmptyPlaylist
from tunerr.providers.entry import Entry, Reason, Skipped
from tunerr.providers.text import plain
from tunerr.providers.xtream.arrays import rows
from tunerr.providers.xtream.values import flag, integer, items, text

_RADIO = "radio_streams"
_LONGEST_URL = 2000


class PanelLogin(NamedTuple):
    """What the stream URLs of a panel are made of; `host` is a base URL without a slash at the end."""

    host: str
    user: str
    password: str
    output: str


def categories(chunks: Iterable[bytes]) -> dict[str, str]:
    """Return names by id, of live, VOD or series categories. Raises what `arrays.rows` raises."""
    return {text(row.get("category_id")): text(row.get("category_name")) for row in rows(chunks)}


def streams(chunks: Iterable[bytes], groups: Mapping[str, str], login: PanelLogin) -> Iterator[Entry | Skipped]:
    """Yield the live streams in the panel's order. Raises what `arrays.rows` raises, and EmptyPlaylist at the end.

    `num` is the place in the list, no number that viewers know, so no entry wants a number.
    """
    base = f"{login.host}/live/{quote(login.user, safe='')}/{quote(login.password, safe='')}/"
    seen = False
    for row in rows(chunks):
        seen = True
        yield _entry(row, groups, base, login.output)
    if not seen:
        raise EmptyPlaylist(
            "The panel lists no live channels.",
            hint="Ask the provider which channels belong to the subscription.",
        )


def category(row: Mapping[str, Any], groups: Mapping[str, str]) -> str:
    """Return the name of a row's category, the first one that is known."""
    ids = [row.get("category_id"), *items(row.get("category_ids"))]
    return next((groups[key] for key in map(text, ids) if key in groups), "")


def address(value: object) -> str:
    """Return an http or https URL of a picture; empty for anything else."""
    said = plain(value, _LONGEST_URL + 1) if isinstance(value, str) else ""
    return said if said.startswith(("http://", "https://")) and len(said) <= _LONGEST_URL else ""


def _entry(row: Mapping[str, Any], groups: Mapping[str, str], base: str, output: str) -> Entry | Skipped:
    tvg_id = text(row.get("epg_channel_id"))
    number = integer(row.get("stream_id"))
    name = text(row.get("name")) or tvg_id
    if number is None:
        return Skipped(Reason.NO_ADDRESS, name)
    days = integer(row.get("tv_archive_duration")) or 0 if flag(row.get("tv_archive")) else 0
    return Entry(
        name=name or str(number),
        tvg_id=tvg_id,
        group=category(row, groups),
        logo=address(row.get("stream_icon")),
        chno="",
        radio=row.get("stream_type") == _RADIO,
        url=f"{base}{number}.{output}",
        headers=(),
        archive_days=days,
        archive="xtream" if days else "",
    )
