"""Cookies from a browser: a `name=value` list, a Netscape file, or a HAR recording. Pure but for the reading of files.

Cookies without an expiry get one, or they would not outlive the visit that they were imported for.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from http.cookiejar import Cookie, LoadError, MozillaCookieJar
from pathlib import Path
from typing import Any

from tunerr.errors import ActionRefused


def from_pairs(text: str, domain: str, *, expires: int) -> tuple[Cookie, ...]:
    """Read `name=value; name=value`, as a Cookie header has it. Raises ActionRefused when there is none."""
    pairs = (part.partition("=") for part in text.split(";"))
    found = [made(name.strip(), value.strip(), domain, expires=expires) for name, _, value in pairs if name.strip()]
    return _some(found, "the text")


def from_netscape(path: Path, *, expires: int) -> tuple[Cookie, ...]:
    """Read a file of the Netscape format. Raises ActionRefused when it can't be read or has none."""
    jar = MozillaCookieJar()
    try:
        with warnings.catch_warnings(action="ignore"):  # about every line that it can't read
            jar.load(str(path), ignore_discard=True, ignore_expires=True)  # 0 stands for a session
    except (LoadError, OSError, UnicodeDecodeError) as error:
        raise ActionRefused(f"{path} is no cookie file of the Netscape format.") from error
    for cookie in jar:
        cookie.expires, cookie.discard = cookie.expires or expires, False
    return _some((cookie for cookie in jar if not cookie.is_expired()), str(path))


def from_har(path: Path, *, expires: int) -> tuple[Cookie, ...]:
    """Read what answers in a HAR recording set; the last one of each name, domain and path.

    Raises ActionRefused when it can't be read or has none.
    """
    try:
        entries = json.loads(path.read_bytes())["log"]["entries"]
        found = {(one.name, one.domain, one.path): one for entry in entries for one in _of_entry(entry, expires)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ActionRefused(f"{path} is no HAR recording.") from error
    return _some(found.values(), str(path))


def made(name: str, value: str, domain: str, *, expires: int, path: str = "/", secure: bool = False) -> Cookie:
    """Make a cookie for `domain` and the names below it."""
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=f".{domain.lower().lstrip('.')}",
        domain_specified=True,
        domain_initial_dot=True,
        path=path or "/",
        path_specified=True,
        secure=secure,
        expires=expires,
        discard=False,
        comment=None,
        comment_url=None,
        rest={},
    )


def _of_entry(entry: Mapping[str, Any], expires: int) -> Iterator[Cookie]:
    host = entry["request"]["url"].partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    for row in (*entry["request"].get("cookies", ()), *entry["response"].get("cookies", ())):
        yield made(
            row["name"],
            row["value"],
            row.get("domain") or host,
            path=row.get("path") or "/",
            secure=bool(row.get("secure")),
            expires=_moment(row.get("expires")) or expires,
        )


def _moment(text: object) -> int | None:
    try:
        return int(datetime.fromisoformat(str(text)).timestamp())
    except (ValueError, OverflowError):
        return None


def _some(found: Iterable[Cookie], where: str) -> tuple[Cookie, ...]:
    cookies = tuple(found)
    if not cookies:
        raise ActionRefused(f"There is no cookie in {where}.")
    return cookies
