"""Cards that are shown while no source can be had: made in the background, kept, played."""

from __future__ import annotations

import asyncio
import contextlib
import os
from asyncio.subprocess import PIPE
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import structlog

from tunerr.errors import TunerrError
from tunerr.gateway.card import card_streams, command_line
from tunerr.gateway.psi import Layout
from tunerr.gateway.real_time import Pace, announced, in_real_time
from tunerr.support.process import Child, start_child
from tunerr.support.tasks import Supervisor

log = structlog.get_logger(__name__)

_MAKE_SECONDS = 20.0
_GRACE_SECONDS = 0.3
_MOST_CARDS = 32
_MOST_BYTES = 8 << 20
_LEAST_CARD_SECONDS = 0.5
_LOWEST_PRIORITY = 19


@dataclass(frozen=True, slots=True)
class _Card:
    """`data` is None while it is being made, and when that failed."""

    layout: Layout
    data: bytes | None = None


class SlateMaker:
    """Makes cards, one at a time, and keeps the newest 32 of at most 8 MB.

    `ffmpeg` locates the program; it raises TunerrError when there is none.
    """

    def __init__(self, *, ffmpeg: Callable[[], str], tasks: Supervisor) -> None:
        self._ffmpeg = ffmpeg
        self._tasks = tasks
        self._turn = asyncio.Lock()
        self._cards: OrderedDict[str, _Card] = OrderedDict()

    def prepare(self, key: str, layout: Layout, media: bytes) -> None:
        """Have a card made of `media`: PAT, PMT and a second or more from an access point on, in whole packets.

        Nothing is done when there is one of the same layout, or it is being made, or could not be.
        """
        known = self._cards.get(key)
        if known is not None and known.layout == layout:
            return
        card = self._keep(key, _Card(layout))
        self._tasks.spawn(self._make(key, card, media), f"slate {key}")

    def card(self, key: str) -> bytes | None:
        """A second of transport stream; None while there is none."""
        found = self._cards.get(key)
        if found is None:
            return None
        self._cards.move_to_end(key)
        return found.data

    async def _make(self, key: str, wanted: _Card, media: bytes) -> None:
        data: bytes | None = None
        try:
            async with self._turn:
                if self._cards.get(key) is not wanted:
                    return
                data = await _made(self._ffmpeg, wanted.layout, media)
        except TunerrError as error:
            log.warning("no card could be made", slate=key, error=error.message)
        except BaseException:
            if self._cards.get(key) is wanted:
                del self._cards[key]
            raise
        if self._cards.get(key) is wanted:
            self._keep(key, _Card(wanted.layout, data))

    def _keep(self, key: str, card: _Card) -> _Card:
        self._cards[key] = card
        self._cards.move_to_end(key)
        while len(self._cards) > _MOST_CARDS or self._bytes() > _MOST_BYTES:
            self._cards.popitem(last=False)
        return card

    def _bytes(self) -> int:
        return sum(len(card.data) for card in self._cards.values() if card.data is not None)


def play(card: bytes) -> AsyncGenerator[bytes, None]:
    """The card in real time, for ever. Each round announces that its clock and its counters start again."""
    return in_real_time(_rounds(card), Pace())


async def _rounds(card: bytes) -> AsyncGenerator[bytes, None]:
    while True:
        yield announced(card, set())


async def _made(program: Callable[[], str], layout: Layout, media: bytes) -> bytes:
    """A card. Raises TunerrError that says why there is none."""
    streams = card_streams(layout, media)
    if not streams:
        raise TunerrError("Nothing of the stream can be encoded.")
    child = await start_child(command_line(program(), streams), name="slate", stdin=PIPE)
    try:
        # Its threads start when its input comes and take this over.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, _LOWEST_PRIORITY)
        async with asyncio.timeout(_MAKE_SECONDS):
            data = await _through(child, media)
            status = await child.wait()
    except TimeoutError as error:
        raise TunerrError(f"ffmpeg took longer than {_MAKE_SECONDS:g} s.") from error
    finally:
        await child.end(_GRACE_SECONDS)
    if status != 0:
        said = child.last_words().splitlines()
        raise TunerrError(f"ffmpeg failed: {said[-1] if said else f'exit status {status}'}.")
    if _seconds(data) < _LEAST_CARD_SECONDS:
        raise TunerrError("ffmpeg made a card without a clock.")
    return data


async def _through(child: Child, media: bytes) -> bytes:
    """What comes out of the child when `media` goes in."""
    feeding = Supervisor()
    feeding.spawn(_feed(child, media), "slate feed")
    try:
        return await child.stdout.read()
    finally:
        await feeding.aclose()


async def _feed(child: Child, media: bytes) -> None:
    with contextlib.suppress(ConnectionError):  # it needs no more, or failed, which its exit status tells
        child.stdin.write(media)
        await child.stdin.drain()
    with contextlib.suppress(ConnectionError):
        child.stdin.close()


def _seconds(card: bytes) -> float:
    pace = Pace()
    for _ in pace.feed(card):
        pass
    return pace.seconds
