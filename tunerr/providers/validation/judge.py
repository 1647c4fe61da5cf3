"""What an answer says of a stream. Pure: a status and the first bytes in, a verdict out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from tunerr.model.stream_test import Finding
from tunerr.model.url import SecretUrl
from tunerr.providers.validation.batch import Verdict
from tunerr.support.causes import WORDS, Cause, cause_of_status
from tunerr.support.sniff import Kind, is_packed, sniff

PASSED = Verdict(Finding.PASS, "It plays.")

_OK = (200, 206)
_SPECIAL = {
    204: Verdict(Finding.EMPTY, "The answer is empty (HTTP 204)."),
    416: Verdict(Finding.NO_RANGE, "The server does not give the first bytes alone (HTTP 416)."),
}
# Every other cause of a bad status is a refusal.
_BY_CAUSE = {
    Cause.NOT_FOUND: Finding.GONE,
    Cause.RATE_LIMITED: Finding.SLOW_DOWN,
    Cause.TOO_MANY_CONNECTIONS: Finding.ACCOUNT_FULL,
    Cause.DISABLED: Finding.ACCOUNT_FULL,
    Cause.SERVER_ERROR: Finding.FAULT,
    Cause.CLOUDFLARE_ORIGIN: Finding.FAULT,
}
# HDHomeRun hardware says so in X-HDHomeRun-Error (hdhr.md, 1.5): tuner in use, all in use, too many streams.
_TUNERS_IN_USE = ("804", "805", "809")
# Seconds to leave a host alone that asks for it, by default and at most.
_HOLD_S, _LONGEST_HOLD_S = 60.0, 3600.0

# What a player of live television may get, beside TS and packed HLS segments: start codes of MPEG (PS, PES, Annex B),
# MP3 without a tag, AC-3, FLV, Matroska, Ogg, FLAC, ASF, RIFF.
_MAGIC = (
    b"\x00\x00\x01",
    b"\x00\x00\x00\x01",
    b"\xff\xfa",
    b"\xff\xfb",
    b"\xff\xf2",
    b"\xff\xf3",
    b"\x0b\x77",
    b"FLV\x01",
    b"\x1a\x45\xdf\xa3",
    b"OggS",
    b"fLaC",
    b"\x30\x26\xb2\x75",
    b"RIFF",
)
# The whole name of a file that shows nothing: black.ts, blank_0012.ts, offline-black-screen.mp4. A channel may well be
# called Black News, so the word alone says nothing.
_FILLER = re.compile(
    r"(?:[\w-]*[_-])?(?:black|blank)(?:[_-]?(?:screen|video|frame|slate|filler|clip))?[_-]?\d*\.\w{1,5}", re.IGNORECASE
)
_VARIANT = "#EXT-X-STREAM-INF"


def judge_status(status: int, headers: Mapping[str, str]) -> Verdict | None:
    """Return the verdict on an answer without content, None when its body has the say."""
    if status in _OK:
        return None
    if headers.get("X-HDHomeRun-Error", "").strip()[:3] in _TUNERS_IN_USE:
        return Verdict(Finding.ACCOUNT_FULL, f"All tuners of the device are in use (HTTP {status}).")
    if (special := _SPECIAL.get(status)) is not None:
        return special
    cause = cause_of_status(status, headers.get("Server", ""))
    finding = _BY_CAUSE.get(cause, Finding.REFUSED)
    hold = _hold(headers) if finding is Finding.SLOW_DOWN else 0.0
    return Verdict(finding, f"The provider {WORDS[cause][0]} (HTTP {status}).", hold)


def judge_body(head: bytes, content_type: str, url: SecretUrl, *, cut: bool) -> Verdict | SecretUrl:
    """Return the verdict on the first bytes of the answer of `url`, or the variant that a master playlist leads to.

    `cut`: the body goes on after `head`.
    """
    if _is_filler(url.reveal()):
        return _filler()
    kind = sniff(head, content_type)
    if kind is Kind.HLS:
        return _judge_playlist(head, url, cut=cut)
    if kind is Kind.EMPTY:
        return Verdict(Finding.EMPTY, "The answer is empty.")
    if kind is Kind.TEXT:
        return Verdict(Finding.TEXT, "The answer is text, no stream.")
    if kind is Kind.MEDIA and not (is_packed(head) or head.startswith(_MAGIC)):
        return Verdict(Finding.NO_MEDIA, "The answer is no form of media that is known.")
    return PASSED


def _judge_playlist(head: bytes, url: SecretUrl, *, cut: bool) -> Verdict | SecretUrl:
    text = head.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = [line.strip() for line in text.splitlines()]
    named = [line for line in lines if line and not line.startswith("#")]
    if not named:
        if cut:  # of a playlist that begins with so many tags nothing is known
            return PASSED
        return Verdict(Finding.EMPTY_PLAYLIST, "The HLS playlist names no media.")
    if any(line.startswith(_VARIANT) for line in lines):
        broken = cut and len(named) == 1 and not text.endswith("\n")
        return PASSED if broken else _variant(named, url)
    return _filler() if all(_is_filler(line) for line in named) else PASSED


def _variant(named: Sequence[str], url: SecretUrl) -> Verdict | SecretUrl:
    try:
        return SecretUrl(urljoin(url.reveal(), named[0]))
    except ValueError:
        return Verdict(Finding.EMPTY_PLAYLIST, "The HLS playlist names a variant that is no address.")


def _filler() -> Verdict:
    return Verdict(Finding.FILLER, "The provider shows a black picture instead of the channel.")


def _is_filler(address: str) -> bool:
    try:
        name = urlsplit(address).path.rpartition("/")[2]
    except ValueError:
        return False
    return _FILLER.fullmatch(name) is not None


def _hold(headers: Mapping[str, str]) -> float:
    said = headers.get("Retry-After", "").strip()
    return min(float(said[:9]), _LONGEST_HOLD_S) if said.isascii() and said.isdigit() else _HOLD_S
