"""The media playlist of one HLS stream: found through the master, asked for again, found anew when its token died."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.origin import Headers, Origin, bad_status, read_whole
from tunerr.gateway.readers.playlist import Master, Media, Variant, parse
from tunerr.model.channel import Stream
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.http import Answer

PLAYLIST_BYTES = 5_000_000
# Some 10 ms of parsing. Live windows are far smaller; those that reach back for hours take a second.
_PARSED_AT_ONCE = 16_384
_NOT_MODIFIED = 304
_LIMIT_REACHED = 509


@dataclass(frozen=True, slots=True)
class Page:
    """A playlist as it came: its final URL, the zone that its URLs are judged from, how to ask for a newer one."""

    text: str
    url: SecretUrl
    zone: Zone
    validators: Headers = ()

    async def parsed(self) -> Master | Media:
        """What it says; a large one is read by a thread, so that no viewer waits for it. Raises as `parse`."""
        if len(self.text) <= _PARSED_AT_ONCE:
            return parse(self.text, self.url.reveal())
        return await asyncio.to_thread(parse, self.text, self.url.reveal())


async def read_page(answer: Answer, zone: Zone, head: bytes = b"") -> Page:
    """Read a playlist; `zone` is that of the document that named it, `head` was read already."""
    body = await read_whole(answer, PLAYLIST_BYTES, head)
    asks = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
    validators = tuple((ask, answer.headers[given]) for given, ask in asks if given in answer.headers)
    return Page(body.decode("utf-8", "replace"), answer.url, max(zone, answer.zone), validators)


class NeedsRemuxError(UpstreamError):
    """The stream is sound, and ffmpeg must put it into a transport stream; `variant` of a document of `zone`."""

    def __init__(self, message: str, *, variant: Variant, zone: Zone) -> None:
        super().__init__(message, reason="format")
        self.variant = variant
        self.zone = zone


class MediaPlaylist:
    """One variant, chosen once and kept. `open` comes first; then `zone` judges the URLs of the last playlist."""

    def __init__(self, *, origin: Origin, stream: Stream) -> None:
        self._origin = origin
        self._stream = stream
        self._bandwidth: int | None = None
        self._page: Page | None = None
        self.media = Media(target=0, segments=(), ended=False, mapped=False)

    @property
    def zone(self) -> Zone:
        """Zone that the URLs of the current playlist are judged from."""
        return self._page.zone if self._page else self._stream.zone

    @property
    def variant(self) -> Variant:
        """The current media playlist as a variant of its own."""
        url = self._page.url if self._page else self._stream.url
        return Variant(url=url.reveal(), bandwidth=self._bandwidth or 1, audio_only=False)

    async def open(self, page: Page | None = None) -> None:
        """Go from the stream's own URL (`page` is its answer when it is there already) to the media playlist.

        Raises UpstreamError, NeedsRemuxError for fMP4 and for audio in a playlist of its own.
        """
        page = page or await self._fetch(self._stream.url, self._stream.zone)
        found = await page.parsed()
        if isinstance(found, Master):
            variant = self._choose(found)
            self._bandwidth = variant.bandwidth
            if variant.audio_url:
                raise NeedsRemuxError(
                    "The stream's audio is in a playlist of its own.", variant=variant, zone=page.zone
                )
            page = await self._fetch(SecretUrl(variant.url), page.zone)
            found = await page.parsed()
        self._take(page, found)

    async def reload(self) -> None:
        """Ask for the playlist again; a refusal leads back to the stream's own URL, never to a redirected one.

        Raises UpstreamError: "status" below 500 (or 509) when that is refused too; others are worth another try.
        """
        if self._page is None:
            raise RuntimeError("reload before open")
        page = self._page
        try:
            async with self._origin.request(page.url, page.zone, headers=page.validators) as answer:
                if answer.status == _NOT_MODIFIED:
                    return
                _check(answer)
                page = await read_page(answer, page.zone)
            self._take(page, await page.parsed())
        except UpstreamError as error:
            if not is_refusal(error):
                raise
            await self.open()

    def _choose(self, master: Master) -> Variant:
        """The best variant, or the one chosen before."""
        same = [one for one in master.variants if one.bandwidth == self._bandwidth]
        return (same or master.variants)[0]

    def _take(self, page: Page, found: Master | Media) -> None:
        if isinstance(found, Master):
            raise UpstreamError("An HLS variant is a list of variants itself.", reason="garbage")
        self._page, self.media = page, found
        if found.mapped:
            raise NeedsRemuxError("The stream's segments are fMP4.", variant=self.variant, zone=page.zone)

    async def _fetch(self, url: SecretUrl, zone: Zone) -> Page:
        async with self._origin.get(url, zone) as answer:
            return await read_page(answer, zone)


def is_refusal(error: UpstreamError) -> bool:
    """Whether asking the same URL again is of no use: a 4xx, or 509 (limit of connections)."""
    return error.status is not None and (error.status < 500 or error.status == _LIMIT_REACHED)  # noqa: PLR2004 - HTTP's line


def _check(answer: Answer) -> None:
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's range of success
        raise bad_status(answer.status)
