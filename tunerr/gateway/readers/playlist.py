"""HLS playlists as values. Pure: text in, values out; no socket, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

import m3u8

from tunerr.errors import UpstreamError

# Only the tags that are used are parsed: a malformed date or ad marker must not cost the stream.
_SEGMENT, _TIME = "#EXTINF:", "#EXT-X-PROGRAM-DATE-TIME:"
_TAGS = (
    "#EXTM3U",
    "#EXT-X-TARGETDURATION:",
    "#EXT-X-MEDIA-SEQUENCE:",
    "#EXT-X-PLAYLIST-TYPE:",
    "#EXT-X-KEY:",
    "#EXT-X-SESSION-KEY:",
    "#EXT-X-MAP:",
    "#EXT-X-BYTERANGE:",
    "#EXT-X-DISCONTINUITY",
    "#EXT-X-GAP",
    "#EXT-X-ENDLIST",
    "#EXT-X-STREAM-INF:",
    "#EXT-X-MEDIA:",
)
# Two days of segments of 4 s; each costs memory and time, at every look anew. Of variants and renditions the library
# keeps every pair.
_MOST = {_SEGMENT: 50_000, "#EXT-X-STREAM-INF:": 500, "#EXT-X-MEDIA:": 500}
_LONGEST_LINE = 64 << 10  # no request has room for more, and regular expressions hold the loop while they read it
_LONGEST_SECONDS = 86_400.0
_YEARS = range(1990, 2200)  # others are a clock that was never set, and may overflow
_RECENT = 8
# A provider's stand-in for a channel that it can't show (contract.md §5.13): black.ts, blank_0001.ts, black-screen.ts
# Digits are taken whole (++): "black" and thirty of them would be tried in a billion ways.
_FILLER = re.compile(r"(?:black|blank)(?:[-_. ]?(?:screen|video|frame|slate|filler|seg(?:ment)?|\d++))*", re.IGNORECASE)
_AUDIO_CODECS = ("mp4a", "ac-3", "ec-3", "mp3", "opus", "flac")


@dataclass(frozen=True, slots=True)
class Key:
    """An AES-128 key: where it is, and the IV when the playlist gives one."""

    url: str
    iv: bytes | None


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `span` is (offset, length) of a byte range; `gap` says that it does not exist.

    `duration` in seconds, 0 when the playlist says none. `aired`: when its first picture went on air, where told.
    """

    sequence: int
    url: str
    duration: float
    key: Key | None = None
    span: tuple[int, int] | None = None
    gap: bool = False
    aired: datetime | None = None

    @property
    def ends(self) -> datetime | None:
        """When its last picture went on air, where told."""
        return self.aired + timedelta(seconds=self.duration) if self.aired is not None else None

    @property
    def filler(self) -> bool:
        """Whether its name says that it is a black picture in place of the channel."""
        return _FILLER.fullmatch(PurePosixPath(urlsplit(self.url).path).stem) is not None


@dataclass(frozen=True, slots=True)
class Media:
    """A media playlist. `target` in seconds, 0 when it says none. `mapped`: fMP4 (EXT-X-MAP). `typed`: VOD or EVENT.

    `names` has one for each segment, which tells those of one window apart though tokens change.
    """

    target: float
    segments: tuple[Segment, ...]
    ended: bool
    mapped: bool
    typed: bool = False
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Here, because large playlists are read by a thread.
        object.__setattr__(self, "names", _names(self.segments))

    @property
    def over(self) -> bool:
        """Whether it is the last window of a live stream that has ended; a recording has segment 0 or 1, or a type."""
        return self.ended and not self.typed and bool(self.segments) and self.segments[0].sequence > 1

    @property
    def longest(self) -> float:
        """Seconds of the longest of the newest segments: what the target duration says, where that can be believed."""
        return max((segment.duration for segment in self.segments[-_RECENT:]), default=0.0) or self.target


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant. `audio_url` is the playlist of its audio when that is on its own (demuxed)."""

    url: str
    bandwidth: int
    audio_only: bool
    audio_url: str = ""
    audio_language: str = ""
    codecs: str = ""


@dataclass(frozen=True, slots=True)
class Master:
    """A master playlist, at least one variant, best first."""

    variants: tuple[Variant, ...]

    @property
    def ladder(self) -> tuple[Variant, ...]:
        """The best variant, then those that can stand in for it: same audio, same kinds of codec, best first."""
        best = self.variants[0]
        same = (best.audio_only, best.audio_url)
        return tuple(
            one
            for one in self.variants
            if (one.audio_only, one.audio_url) == same
            and (not one.codecs or not best.codecs or _families(one) == _families(best))
        )


def _families(variant: Variant) -> frozenset[str]:
    return frozenset(codec.strip().partition(".")[0] for codec in variant.codecs.split(","))


def parse(text: str, base: str) -> Master | Media:
    """Read a playlist that came from the URL `base`; URLs in the result are absolute.

    Raises UpstreamError: "drm" (a protection that only licensed players open), "garbage" (no HLS playlist).
    """
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    if not lines or not lines[0].startswith("#EXTM3U"):
        raise UpstreamError("The answer is no HLS playlist.", reason="garbage")
    if len(max(lines, key=len)) > _LONGEST_LINE:
        raise UpstreamError("The HLS playlist has a line that is too long.", reason="garbage")
    if not any(line.startswith("#EXT-X-") for line in lines):
        raise UpstreamError("The answer is a list of channels and no stream.", reason="garbage")
    for tag, most in _MOST.items():
        if sum(line.startswith(tag) for line in lines) > most:
            raise UpstreamError(f"The HLS playlist has more than {most:,} lines {tag[:-1]}.", reason="garbage")
    used = "\n".join(filter(None, map(_used, lines)))
    try:
        document = m3u8.loads(used)
        _refuse_drm([*document.keys, *document.session_keys])
        return _master(document, base) if document.is_variant else _media(document, base)
    except UpstreamError:
        raise
    except Exception as error:  # the library raises whatever a malformed attribute leads to (ValueError, KeyError …)
        raise UpstreamError("The HLS playlist is malformed.", reason="garbage") from error


def _used(line: str) -> str:
    """`line` in a form that the library reads, empty when it is of no use."""
    if line.startswith(_SEGMENT):
        return f"{_SEGMENT}{_seconds(line[len(_SEGMENT) :].partition(',')[0]):f},"
    if line.startswith(_TIME):
        aired = _moment(line[len(_TIME) :])
        return f"{_TIME}{aired.isoformat()}" if aired else ""
    return line if line and (line[0] != "#" or line.startswith(_TAGS)) else ""


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds <= _LONGEST_SECONDS else 0.0


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refuse_drm(keys: list[m3u8.Key | None]) -> None:
    for key in keys:
        if key is None or key.method in ("NONE", None):
            continue
        if key.method != "AES-128" or (key.keyformat or "identity") != "identity":
            raise UpstreamError(f"The stream is protected by DRM ({key.method}).", reason="drm")


def _master(document: m3u8.M3U8, base: str) -> Master:
    variants = [_variant(playlist, document, base) for playlist in document.playlists if playlist.uri]
    if not variants:
        raise UpstreamError("The HLS playlist names no variant.", reason="garbage")
    return Master(tuple(sorted(variants, key=lambda one: (one.audio_only, -one.bandwidth))))


def _variant(playlist: m3u8.Playlist, document: m3u8.M3U8, base: str) -> Variant:
    info = playlist.stream_info
    codecs = [codec.strip() for codec in (info.codecs or "").split(",") if codec.strip()]
    renditions = [
        media for media in document.media if media.type == "AUDIO" and media.group_id == info.audio and media.uri
    ]
    url = urljoin(base, playlist.uri)
    audio = min(renditions, key=lambda media: media.default != "YES") if info.audio and renditions else None
    audio_url = urljoin(base, audio.uri) if audio else ""
    return Variant(
        url=url,
        bandwidth=info.bandwidth or 0,
        audio_only=bool(codecs) and not info.resolution and all(codec.startswith(_AUDIO_CODECS) for codec in codecs),
        # An audio-only variant often names itself as its audio.
        audio_url="" if audio_url == url else audio_url,
        audio_language=(audio.language or "") if audio and audio_url != url else "",
        codecs=info.codecs or "",
    )


def _media(document: m3u8.M3U8, base: str) -> Media:
    segments: list[Segment] = []
    first = document.media_sequence or 0
    following: tuple[str, int] = ("", 0)  # where a byte range without an offset goes on
    aired: datetime | None = None
    for index, raw in enumerate(document.segments):
        aired = raw.program_date_time or (None if raw.discontinuity else aired)
        if not raw.uri:
            continue
        url = urljoin(base, raw.uri)
        span = _span(raw.byterange, following[1] if following[0] == url else 0)
        following = (url, sum(span) if span else 0)
        duration = raw.duration or 0.0
        segments.append(Segment(first + index, url, duration, _key(raw.key, base), span, bool(raw.gap_tag), aired))
        aired = segments[-1].ends
    return Media(
        target=_seconds(str(document.target_duration or 0)),
        segments=tuple(segments),
        ended=document.is_endlist,
        mapped=bool(document.segment_map),
        typed=bool(document.playlist_type),
    )


def _span(text: str | None, following: int) -> tuple[int, int] | None:
    if not text:
        return None
    length, _, offset = text.partition("@")
    return (int(offset) if offset else following, int(length))


def _key(raw: m3u8.Key | None, base: str) -> Key | None:
    if raw is None or raw.method in ("NONE", None):
        return None
    if not raw.uri:
        raise UpstreamError("The HLS playlist names a key without an address.", reason="garbage")
    iv = int(raw.iv, 16).to_bytes(16, "big") if raw.iv else None
    return Key(urljoin(base, raw.uri), iv)


def _names(segments: tuple[Segment, ...]) -> tuple[str, ...]:
    """Last path segments where these differ, else paths, else URLs."""
    paths = [urlsplit(segment.url).path for segment in segments]
    for form in ([path.rsplit("/", 1)[-1] for path in paths], paths):
        if len(set(form)) == len(form):
            return tuple(form)
    return tuple(f"{segment.url} {segment.span}" for segment in segments)
