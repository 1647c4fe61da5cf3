"""Decks that are open: each follows the live part of one page, as a browser's EventSource does.

Told by one JSON argument (Decks). Tells `open` when each has its first event. A line on standard input asks for
`followed`, what has come since the last one (Followed); its end closes all.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass

import aiohttp

from tunerr.lab.bench.child import tell

_FIRST_SECONDS = 60.0
_EVENT = b"event: live"


@dataclass(frozen=True, slots=True)
class Decks:
    """The deck's port, and path and Cookie of each."""

    port: int
    decks: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Followed:
    """Of all decks: how many events came, in how many bytes, and how many decks lost their stream so far."""

    events: int = 0
    bytes: int = 0
    ended: int = 0


class _Deck:
    def __init__(self, seen: Followed) -> None:
        self.begun = asyncio.Event()
        self._seen = seen

    async def follow(self, session: aiohttp.ClientSession, path: str, cookie: str) -> None:
        headers = {"Accept": "text/event-stream", "Cookie": cookie}
        with suppress(aiohttp.ClientError):
            async with session.get(path, headers=headers, allow_redirects=False) as answer:
                if answer.content_type != "text/event-stream":
                    raise RuntimeError(f"{path} answered {answer.status}, {answer.content_type}")
                async for piece in answer.content.iter_any():
                    self._seen.bytes += len(piece)
                    if _EVENT in piece:
                        self._seen.events += piece.count(_EVENT)
                        self.begun.set()
        self._seen.ended += 1


async def _main(given: Decks) -> None:
    seen, lines = Followed(), asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    session = aiohttp.ClientSession(
        f"http://127.0.0.1:{given.port}",
        timeout=aiohttp.ClientTimeout(total=None),
        connector=aiohttp.TCPConnector(limit=0),
    )
    async with session, asyncio.TaskGroup() as group:
        decks = [_Deck(seen) for _ in given.decks]
        pairs = zip(decks, given.decks, strict=True)
        tasks = [group.create_task(deck.follow(session, *place)) for deck, place in pairs]
        async with asyncio.timeout(_FIRST_SECONDS):
            for deck in decks:
                await deck.begun.wait()
        tell("open")
        while await lines.readline():
            tell("followed", followed=asdict(seen))
            seen.events = seen.bytes = 0
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(_main(Decks(**json.loads(sys.argv[1]))))
