"""What an answer, or the lack of one, says about a provider. Pure."""

from __future__ import annotations

import enum
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from tunerr.errors import (
    AccountRefused,
    AddressRefused,
    BadStatus,
    EmptyPlaylist,
    NotAPanel,
    NotAPlaylist,
    Truncated,
    TunerrError,
    Unreachable,
)
from tunerr.providers.xtream.account import read_account, refusal
from tunerr.support.causes import WORDS, Cause, cause_of_status

Kind = Literal["playlist", "panel"]
"""What was asked for: an M3U (get.php or a plain one), or the account of a panel (player_api.php)."""

HEAD_BYTES = 64 * 1024
"""So much of an answer is enough for a verdict."""

ABOUT_THE_ACCOUNT = frozenset({Cause.WRONG_CREDENTIALS, Cause.EXPIRED, Cause.BANNED, Cause.DISABLED})
"""Causes that no other address of the same panel would change."""

_ENTRY = re.compile(rb"^#EXTINF|^[a-z]+://", re.MULTILINE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body|<\?xml[^>]*>\s*<html)", re.IGNORECASE)
_SUCCESS = range(200, 300)


class Status(enum.Enum):
    """The coarse outcome, as reports name it."""

    OK = "ok"
    CLOUDFLARE = "cloudflare"
    BAD_STATUS = "bad_status"
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    ERROR = "error"


_SPECIAL = {
    Cause.CLOUDFLARE_CHALLENGE: Status.CLOUDFLARE,
    Cause.CLOUDFLARE_BLOCK: Status.CLOUDFLARE,
    Cause.CLOUDFLARE_ORIGIN: Status.CLOUDFLARE,
    Cause.RATE_LIMITED: Status.RATE_LIMITED,
    Cause.TIMEOUT: Status.TIMEOUT,
}
_BY_TYPE = {
    NotAPanel: Cause.NOT_A_PANEL,
    NotAPlaylist: Cause.NOT_A_PLAYLIST,
    EmptyPlaylist: Cause.EMPTY,
    Truncated: Cause.CUT_SHORT,
    AddressRefused: Cause.ADDRESS_REFUSED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong in one sentence, and in another what to do next (empty when nothing is). No secret in either."""

    status: Status
    cause: Cause
    sentence: str
    advice: str = ""

    @property
    def ok(self) -> bool:
        """Whether the address gave what it was asked for."""
        return self.status is Status.OK


def judge(kind: Kind, site: str, status: int, headers: Mapping[str, str], head: bytes, *, now: datetime) -> Verdict:
    """The verdict on an answer. `site` is host and port for the sentence, `head` the first bytes of the body."""
    if status not in _SUCCESS:
        return _refused(site, status, headers.get("Server", ""), head)
    if kind == "panel":
        return _panel(site, head, now)
    return _playlist(site, _unpacked(head), now)


def from_error(error: TunerrError) -> Verdict:
    """The verdict on a fetch that failed or a document that can't be used, in the error's own words."""
    if isinstance(error, BadStatus | Unreachable | AccountRefused):
        cause = Cause(error.cause)
    else:
        cause = _BY_TYPE.get(type(error), Cause.OTHER)
    coarse = Status.BAD_STATUS if isinstance(error, BadStatus) else Status.ERROR
    return Verdict(_SPECIAL.get(cause, coarse), cause, error.message, error.hint)


def _refused(site: str, status: int, server: str, page: bytes) -> Verdict:
    cause = cause_of_status(status, server, page)
    said, advice = WORDS[cause]
    return Verdict(_SPECIAL.get(cause, Status.BAD_STATUS), cause, f"{site} {said} (status {status}).", advice)


def _answered(site: str, cause: Cause) -> Verdict:
    said, advice = WORDS[cause]
    return Verdict(Status.OK if cause is Cause.OK else Status.ERROR, cause, f"{site} {said}.", advice)


def _playlist(site: str, head: bytes, now: datetime) -> Verdict:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"#EXTM3U") or _ENTRY.match(text):
        return _answered(site, Cause.OK if _ENTRY.search(text) else Cause.EMPTY)
    if text[:1] in (b"{", b"["):  # some panels answer with the account in place of the list
        account = _panel(site, head, now)
        if account.cause in ABOUT_THE_ACCOUNT:
            return account
    return _answered(site, _nonsense(text, Cause.NOT_A_PLAYLIST))


def _panel(site: str, head: bytes, now: datetime) -> Verdict:
    try:
        account = read_account(head, source="", asked_at=now)
    except AccountRefused as error:
        return from_error(error)
    except NotAPanel:
        return _answered(site, Cause.OK if _says_auth(head) else _nonsense(head, Cause.NOT_A_PANEL))
    refused = refusal(account)
    if refused is not None:
        return from_error(refused)
    if account.expires is not None and account.expires.astimezone(UTC) <= now:
        said, advice = WORDS[Cause.EXPIRED]
        return Verdict(Status.ERROR, Cause.EXPIRED, f"{site} {said} on {account.expires:%Y-%m-%d}.", advice)
    return _answered(site, Cause.OK)


def _nonsense(head: bytes, otherwise: Cause) -> Cause:
    if not head.strip():
        return Cause.NO_ANSWER
    return Cause.HTML_PAGE if _PAGE.match(head) else otherwise


def _says_auth(head: bytes) -> bool:
    """Whether it is the answer of a panel that writes `auth` without `user_info` around it."""
    try:
        document = json.loads(head)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and str(document.get("auth")).lower() in ("1", "true")


def _unpacked(head: bytes) -> bytes:
    """The start of a body that may be packed: some providers send gzip files, whatever was asked for."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, HEAD_BYTES)
    except zlib.error:
        return head
