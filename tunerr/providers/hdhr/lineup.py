"""The channels of a device: `lineup.json`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from tunerr.errors import EmptyPlaylist
from tunerr.model.numbers import GuideNumber
from tunerr.providers.entry import Entry, Reason, Skipped
from tunerr.providers.hdhr.answers import not_a_device, read_answer
from tunerr.providers.text import plain
from tunerr.providers.xtream.values import flag, text

_LONGEST_URL = 2000


def channels(body: bytes) -> Iterator[Entry | Skipped]:
    """Yield the channels in the device's order. Raises NotADevice, Truncated and EmptyPlaylist.

    A channel wants the number that it has on the device. What a device calls HD, a codec or a favorite is left out:
    the stream itself says the first two.
    """
    rows = read_answer(body)
    if not isinstance(rows, list):
        raise not_a_device()
    if not rows:
        raise EmptyPlaylist("The device has no channels.", hint="Let it search for channels, on its own web page.")
    for row in rows:
        if isinstance(row, Mapping):
            yield _entry(row)


def _entry(row: Mapping[str, Any]) -> Entry | Skipped:
    number, name = text(row.get("GuideNumber"), 20), text(row.get("GuideName"))
    url = plain(said, _LONGEST_URL) if isinstance(said := row.get("URL"), str) else ""
    reason = _against(row, url)
    if reason is not None:
        return Skipped(reason, name or number)
    return Entry(
        name=name or f"Channel {number}".rstrip(),
        tvg_id="",
        group="",
        logo="",
        chno=_number(number),
        radio=bool(row.get("AudioCodec")) and not row.get("VideoCodec"),
        url=url,
        headers=(),
    )


def _against(row: Mapping[str, Any], url: str) -> Reason | None:
    """Why the row can't become a stream, None when it can."""
    if flag(row.get("DRM")) or "drm" in text(row.get("Tags")).lower().split(","):
        return Reason.PROTECTED
    if not url:
        return Reason.NO_ADDRESS
    try:
        parts = urlsplit(url)
    except ValueError:
        return Reason.NOT_AN_ADDRESS
    if not parts.hostname or " " in url:
        return Reason.NOT_AN_ADDRESS
    return None if parts.scheme in ("http", "https") else Reason.UNSUPPORTED


def _number(said: str) -> str:
    try:
        return str(GuideNumber.parse(said)) if said else ""
    except ValueError:
        return ""
