"""The debug bundle: one ZIP of all that a helper needs, without a secret in it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from tunerr.model.source import Source
from tunerr.support.logging import redacted

LARGEST_BYTES: Final = 20 << 20
"""Of the ZIP; the longest part is cut to its end until it fits."""
_PART_BYTES = 4 << 20  # of one part before compression: five times what 2,000 log lines take
_SHORTEST_SECRET = 3  # characters; shorter ones would be taken out of every word
_HIDDEN = "…"


def make_bundle(parts: Mapping[str, Any], *, version: str, now: datetime, secrets: Iterable[str] = ()) -> bytes:
    """Pack parts by file name: texts as they are, all else as JSON. For a thread: it takes up to a second.

    Every part has been made without secrets; here URLs and logins are taken out once more, and each of `secrets`
    wherever it stands alone.
    """
    known = _pattern(secrets)
    texts = {name: _clean(_text(part), known) for name, part in parts.items()}
    files = {name: _cut(text.encode("utf-8", "replace")) for name, text in texts.items()}
    info = {
        "name": "IPTV Tunerr debug bundle",
        "version": version,
        "generated_at": now.isoformat(timespec="seconds"),
        "secrets_removed": True,
        "files": [{"name": name, "bytes": len(data), "cut": len(data) == _PART_BYTES} for name, data in files.items()],
    }
    while True:
        packed = _packed({"bundle-info.json": _json(info).encode(), **files}, now)
        if len(packed) <= LARGEST_BYTES:
            return packed
        longest = max(files, key=lambda name: len(files[name]))
        files[longest] = files[longest][-len(files[longest]) // 2 :]


def secrets_of(sources: Iterable[Source]) -> frozenset[str]:
    """What must not be in a bundle: logins of panels, values of headers, and what the addresses carry."""
    found: set[str] = set()
    for source in sources:
        urls = [source.location, *([source.access.proxy] if source.access.proxy else [])]
        if source.panel is not None:
            found |= {source.panel.user, source.panel.password}
        found |= {value for _, value in source.access.headers}
        found |= {word for url in urls for word in _credentials(url.reveal())}
    return frozenset(found)


def _credentials(url: str) -> Iterable[str]:
    """Values of the query, and name and password before the host."""
    login = re.match(r"[a-z][a-z0-9+.-]*://([^/@]*)@", url, re.IGNORECASE)
    if login:
        yield from login[1].split(":", 1)
    yield from re.findall(r"[?&](?:user\w*|pass\w*|token|key|auth|sig\w*)=([^&#]+)", url, re.IGNORECASE)


def _pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    words = sorted((re.escape(one) for one in secrets if len(one) >= _SHORTEST_SECRET), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None


def _clean(text: str, known: re.Pattern[str] | None) -> str:
    lines = (redacted(line) for line in text.split("\n"))
    whole = "\n".join(lines)
    return known.sub(_HIDDEN, whole) if known else whole


def _text(part: Any) -> str:
    return part if isinstance(part, str) else _json(part)


def _json(part: Any) -> str:
    return orjson.dumps(part, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def _cut(data: bytes) -> bytes:
    return data[-_PART_BYTES:]


def _packed(files: Mapping[str, bytes], now: datetime) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"iptv-tunerr/{name}", now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return target.getvalue()
