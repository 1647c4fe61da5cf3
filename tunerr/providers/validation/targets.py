"""What is to be tested: channels with their ranked streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from tunerr.model.channel import Channel, ChannelId, Stream
from tunerr.model.stream_test import Finding
from tunerr.model.url import SecretUrl


class Target(NamedTuple):
    """One stream. `key` names its results; at most one test is open on an `account`, a `host` is asked in its pace."""

    key: str
    host: str
    account: str
    stream: Stream


class Candidate(NamedTuple):
    """One channel; its `targets` are ranked, and tested in order until one plays. `region`: its country."""

    channel: ChannelId
    targets: tuple[Target, ...]
    group: str = ""
    region: str = ""


def candidate(
    channel: Channel, *, key_of: Callable[[Stream], str], account_of: Callable[[Stream], str], region: str = ""
) -> Candidate:
    """Return the candidate for a channel of the catalog; `key_of` and `account_of` name each of its streams."""
    targets = tuple(Target(key_of(stream), stream.url.host, account_of(stream), stream) for stream in channel.streams)
    return Candidate(channel.id, targets, channel.group, region)


def unusable(url: SecretUrl) -> Finding | None:
    """What is known of a stream by its address alone; None when it can be asked over HTTP."""
    raw = url.reveal()
    try:
        parts = urlsplit(raw)
        host, _ = parts.hostname, parts.port  # the port is checked when it is read
    except ValueError:
        return Finding.MALFORMED
    if parts.scheme not in ("http", "https"):
        return Finding.SCHEME if parts.scheme and raw[len(parts.scheme) :].startswith(":") else Finding.MALFORMED
    return None if host and not any(character.isspace() for character in host) else Finding.MALFORMED
