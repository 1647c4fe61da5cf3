"""The media playlist of one HLS stream: found through the master, asked for again, found anew when its token died."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tunerr.errors import UpstreamError
from tunerr.gateway.readers.origin import Headers, Origin, bad_status, read_whole
from tunerr.gateway.readers.patience import within
from tunerr.gateway.readers.playlist import Master, Media, Variant, parse
from tunerr.model.channel import Stream
from tunerr.model.url import SecretUrl, Zone
from tunerr.support.http import Answer

PLAYLIST_BYTES = 5_000_000
# Some 10 ms of parsing. Live windows are far smaller; those that reach back for hours take a second.
_PARSED_AT_ONCE = 16_384
_NOT_MODIFIED, _NOT_FOUND = 304, 404
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
    """One variant, chosen once and kept until `fall`. `open` comes first; then `zone` judges the last playlist's URLs.

    `patience`: seconds for one request. `lower`: whether there is a lower variant with the same audio.
    """

    def __init__(self, *, origin: Origin, stream: Stream, patience: Callable[[], float]) -> None:
        self._origin = origin
        self._stream = stream
        self._patience = patience
        self._rung = 0
        self._bandwidth: int | None = None
        self._page: Page | None = None
        self.lower = False
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
            if variant.audio_url:
                raise NeedsRemuxError(
                    "The stream's audio is in a playlist of its own.", variant=variant, zone=page.zone
                )
            page = await self._fetch(SecretUrl(variant.url), page.zone)
            found = await page.parsed()
        self._take(page, found)

    async def reload(self) -> None:
        """Ask for the playlist again; a failure leads back to the stream's own URL, never to a redirected one.

        Raises UpstreamError when that fails too or when there is no time left to ask, NeedsRemuxError.
        """
        if self._page is None:
            raise RuntimeError("reload before open")
        try:
            page = await self._newer(self._page.url, self._page.zone, self._page.validators)
            if page is not None:
                self._take(page, await page.parsed())
        except UpstreamError as error:
            if is_final(error) or error.reason == "timeout" or self._page.url == self._stream.url:
                raise
            await self.open()

    async def fall(self) -> None:
        """Go to the next lower variant, by the stream's own URL. Raises as `open`."""
        self._rung += 1
        self._bandwidth = None
        await self.open()

    def _choose(self, master: Master) -> Variant:
        """The best variant, or the one chosen before; a master that is asked for again may list others."""
        ladder = master.ladder
        self._rung = min(self._rung, len(ladder) - 1)
        if self._bandwidth not in (None, ladder[self._rung].bandwidth):
            same = [rung for rung, variant in enumerate(ladder) if variant.bandwidth == self._bandwidth]
            self._rung = same[0] if same else self._rung
        self._bandwidth = ladder[self._rung].bandwidth
        self.lower = self._rung + 1 < len(ladder)
        return ladder[self._rung]

    def _take(self, page: Page, found: Master | Media) -> None:
        if isinstance(found, Master):
            raise UpstreamError("An HLS variant is a list of variants itself.", reason="garbage")
        if found.over and self._page is None:  # who opens it again and again must not see its last seconds in a loop
            raise UpstreamError("The HLS stream is over.", reason="ended")
        self._page, self.media = page, found
        if found.mapped:
            raise NeedsRemuxError("The stream's segments are fMP4.", variant=self.variant, zone=page.zone)

    async def _fetch(self, url: SecretUrl, zone: Zone) -> Page:
        page = await self._newer(url, zone, ())
        if page is None:
            raise bad_status(_NOT_MODIFIED)
        return page

    async def _newer(self, url: SecretUrl, zone: Zone, validators: Headers) -> Page | None:
        """The playlist, None when it has not changed since its `validators`."""
        async with (
            within(self._patience(), "The HLS playlist"),
            self._origin.request(url, zone, headers=validators) as answer,
        ):
            if answer.status == _NOT_MODIFIED:
                return None
            if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's range of success
                raise bad_status(answer.status, answer.headers)
            return await read_page(answer, zone)


def is_refusal(error: UpstreamError) -> bool:
    """Whether a new token may help: a 4xx or 509 (limit of connections), but not 404, which may come to be."""
    status = error.status
    return status is not None and status != _NOT_FOUND and (400 <= status < 500 or status == _LIMIT_REACHED)  # noqa: PLR2004 - HTTP's classes


def is_final(error: UpstreamError) -> bool:
    """Whether neither another try nor another variant helps."""
    return error.reason in ("drm", "refused", "format")
