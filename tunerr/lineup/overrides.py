"""What the operator wants of single channels: choices of kind `channel`, read and applied."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

import structlog
from pydantic import ValidationError

from tunerr.lineup.override_document import OverrideDocument
from tunerr.model.channel import Channel, ChannelId, GuideWish
from tunerr.model.override import ChannelOverride
from tunerr.storage.choices import Kind

log = structlog.get_logger(__name__)


class Choices(Protocol):
    """What is asked of the store of choices."""

    async def all(self, kind: Kind) -> Mapping[str, str]:
        """Documents of one kind by key, as JSON text."""
        ...


class ChannelOverrides:
    """Reads the operator's wishes from the choices. Raises StorageError."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    async def all(self) -> Mapping[ChannelId, ChannelOverride]:
        """Return all that can be read, of channels that exist and of others."""
        documents = await self._choices.all("channel")
        return await asyncio.to_thread(lambda: dict(readable(documents.items())))


def readable(documents: Iterable[tuple[str, str]]) -> Iterable[tuple[ChannelId, ChannelOverride]]:
    """Read documents by channel id; one that can't be read counts for nothing and is in the log."""
    for channel, text in documents:
        try:
            yield ChannelId(channel), OverrideDocument.model_validate_json(text).override()
        except ValidationError as error:
            fields = sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]})
            log.warning("an override that can't be read is passed over", channel=channel, fields=fields)


def overridden(channel: Channel, override: ChannelOverride) -> Channel:
    """Return the channel with the operator's name, logo, group and wish for its guide."""
    return replace(
        channel,
        name=override.name or channel.name,
        logo=override.logo or channel.logo,
        group=override.group or channel.group,
        guide=GuideWish(override.guide_id or "", override.guide_refused, override.guide_shift or ""),
    )
