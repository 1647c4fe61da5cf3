"""Hosts as people list them: a name, perhaps with a port. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tunerr.catalog.ports import port_of
from tunerr.model.channel import Stream


def on(host: str, listed: str) -> bool:
    """Tell whether `host` (host:port) is the listed one or below it; a listed port must be the same."""
    own = host.lower()
    if ":" not in listed.rpartition("]")[2]:
        own = own.rpartition(":")[0] or own
    return own == listed or own.endswith("." + listed.removeprefix("."))


def on_any(host: str, listed: Sequence[str]) -> bool:
    """Tell whether `host` is one of those listed."""
    return any(on(host, one) for one in listed)


def preference(hosts: Sequence[str], preferred: Sequence[str]) -> int:
    """Return the place of the first host among the preferred ones, the number of them when it is none."""
    return next((place for place, one in enumerate(preferred) if hosts and on(hosts[0], one)), len(preferred))


def without(streams: tuple[Stream, ...], listed: Sequence[str]) -> tuple[Stream, ...]:
    """Return the streams that are not on listed hosts; all of them when none would be left."""
    if not listed:
        return streams
    return tuple(stream for stream in streams if not on_any(_place(stream), listed)) or streams


def _place(stream: Stream) -> str:
    host = stream.url.host
    return f"{f'[{host}]' if ':' in host else host}:{port_of(stream.url) or 0}"
