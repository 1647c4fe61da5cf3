"""The operator's word on what is one channel: merge, split, pin. Documents of kind `identity` among the choices.

Rulings lie over what was recognised and are never learned: `identity.recognise` goes on as if there were none, and
taking one back restores what was at the next refresh. Streams that were split off or pinned are a group of their own,
whose id is made from the ruling; they take no part in what their tvg id and name recognise meanwhile. A merge, and the
target of a pin, only says under which id a recognised channel is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from tunerr.catalog.identity import RULING, EntryKeys, Key, ruled_id
from tunerr.catalog.keys import stream_key
from tunerr.errors import ActionRefused, StorageError
from tunerr.model.channel import ChannelId, SourceId
from tunerr.storage.connection import open_worker
from tunerr.storage.errors import storage_errors

_ChannelName = Annotated[str, StringConstraints(pattern=r"^dna-[0-9a-f]{16}$")]
_Streams = Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")], ...], Field(min_length=1)]


class Merge(BaseModel):
    """These channels are one: the first, which keeps its id and number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ruling: Literal["merge"]
    channels: Annotated[tuple[_ChannelName, ...], Field(min_length=2)]


class Split(BaseModel):
    """These streams (`keys.stream_key`) of `channel` are together a channel of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ruling: Literal["split"]
    channel: _ChannelName
    streams: _Streams


class Pin(BaseModel):
    """These streams (`keys.stream_key`) are streams of `channel`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ruling: Literal["pin"]
    channel: _ChannelName
    streams: _Streams


Ruling = Merge | Split | Pin
_RULING: TypeAdapter[Ruling] = TypeAdapter(Annotated[Ruling, Field(discriminator="ruling")])


class Rulings:
    """All rulings in force, made for asking 200,000 times. `digest` differs when they do."""

    def __init__(self, rulings: Iterable[Ruling] = ()) -> None:
        """Of rulings that contradict one another the first counts; `check` lets none arise."""
        self._streams: dict[str, Key] = {}
        self._into: dict[str, str] = {}
        digest = hashlib.blake2b(digest_size=16)
        for ruling in rulings:
            digest.update(ruling.model_dump_json().encode())
            if isinstance(ruling, Merge):
                for channel in ruling.channels[1:]:
                    self._into.setdefault(channel, ruling.channels[0])
                continue
            native = Key(RULING, "", min(ruling.streams))
            for stream in ruling.streams:
                self._streams.setdefault(stream, native)
            if isinstance(ruling, Pin):
                self._into.setdefault(ruled_id(native), ruling.channel)
        self.merged = frozenset(self._into)
        """Ids that are shown as another one's."""
        self.digest = digest.hexdigest()
        self.made = frozenset(ruled_id(native) for native in self._streams.values())
        """Ids of the groups that splits and pins make: what the ledger says of those must not be learned."""

    def native(self, keys: EntryKeys, source: SourceId, url: str) -> Key:
        """Return the key that says which entries of one answer are the same channel, as `EntryKeys.native` does."""
        return self.ruled(source, [url]).get(0) or keys.native(source)

    def ruled(self, source: SourceId, urls: Iterable[str]) -> dict[int, Key]:
        """Return the native keys of those streams that were split off or pinned, by their places."""
        if not self._streams:
            return {}
        keys = enumerate(stream_key(source, url) for url in urls)
        return {place: self._streams[key] for place, key in keys if key in self._streams}

    def shown(self, ids: Sequence[ChannelId]) -> Sequence[ChannelId]:
        """Return the ids that recognised channels are shown under; several may be shown under one."""
        return [self.target(channel) for channel in ids] if self._into else ids

    def target(self, channel: str) -> ChannelId:
        """Return the channel that one is shown as: itself, unless it was merged into another."""
        way = [channel]
        while (into := self._into.get(way[-1])) is not None:
            if into in way:
                return ChannelId(min(way[way.index(into) :]))  # a circle: each of its members gets the same answer
            way.append(into)
        return ChannelId(way[-1])

    def refuse(self, ruling: Ruling) -> None:
        """Raise ActionRefused when a new ruling contradicts these."""
        undo = "Undo that ruling first: `iptv-tunerr undo --list` shows it."
        if not isinstance(ruling, Merge):
            if taken := [stream for stream in ruling.streams if stream in self._streams]:
                raise ActionRefused(f"Stream {taken[0]} was split off or pinned already.", hint=undo)
            return
        first = self.target(ruling.channels[0])
        for channel in ruling.channels[1:]:
            if self.target(channel) == first:
                raise ActionRefused(f"{channel} and {ruling.channels[0]} are one channel already.", hint=undo)
            if channel in self._into:
                raise ActionRefused(f"{channel} is a part of {self.target(channel)} already.", hint=undo)


def check(ruling: Mapping[str, Any], existing: Mapping[str, str]) -> dict[str, Any]:
    """Return a new ruling as it is stored. `existing`: the choices of kind `identity`, JSON texts by key.

    Raises ActionRefused when it is none, and when it contradicts another or would make a circle.
    """
    try:
        wanted = _RULING.validate_python(ruling)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"][1:]) or "ruling"
        raise ActionRefused(
            f"This is no ruling: {where} is wrong.",
            hint="Channels are named dna-…, streams by the 12 digits that `channel show` prints.",
        ) from error
    parse(existing).refuse(wanted)
    if isinstance(wanted, Merge) and len(set(wanted.channels)) < len(wanted.channels):
        raise ActionRefused("A channel can't be merged with itself.", hint="Name each channel once.")
    return wanted.model_dump(mode="json")


def parse(documents: Mapping[str, str]) -> Rulings:
    """Make Rulings of JSON texts by key. Raises StorageError for one that can't be read."""
    found = []
    for key, text in sorted(documents.items()):
        try:
            found.append(_RULING.validate_python(orjson.loads(text)))
        except ValueError as error:
            raise StorageError(
                f"The ruling {key} in state.db can't be read.", hint="Take it back: `iptv-tunerr undo --list` shows it."
            ) from error
    return Rulings(found)


def read(state_db: Path) -> Rulings:
    """Read the rulings in force, in the worker; none when there is no such file or table. Raises StorageError."""
    if not state_db.exists():
        return Rulings()
    with storage_errors(state_db), closing(open_worker(state_db, kind="state", readonly=True)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'choice'").fetchone() is None:
            return Rulings()
        return parse(dict(map(tuple, db.execute("SELECT key, value FROM choice WHERE kind = 'identity'"))))
