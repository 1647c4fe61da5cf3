"""A channel as the rules see it: what the catalog says, with the operator's name and group on top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from tunerr.catalog.served import CatalogRow
from tunerr.lineup.rules.words import channel_text
from tunerr.model.numbers import GuideNumber
from tunerr.model.override import ChannelOverride


class RuleOverride(BaseModel):
    """What of a `ChannelOverride` the rules look at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool | None = None
    name: str | None = None
    group: str | None = None
    order: int | None = None

    @classmethod
    def of(cls, override: ChannelOverride) -> Self:
        """Take it out of the whole override."""
        return cls(enabled=override.enabled, name=override.name, group=override.group, order=override.order)


class Candidate(NamedTuple):
    """One channel. `text` is what words are looked for in: folded name and group, a space at both ends.

    `number`: what the rules let it want, None for what its source says.
    """

    id: str
    row: CatalogRow
    name: str
    group: str
    text: str
    enabled: bool | None = None
    order: int | None = None
    number: GuideNumber | None = None

    @property
    def forced(self) -> bool:
        """Whether the operator put it in past every filter."""
        return self.enabled is True


_NONE = RuleOverride()


def candidates(rows: Iterable[CatalogRow], overrides: Mapping[str, RuleOverride]) -> list[Candidate]:
    """Return the channels in the order of the catalog."""
    found: list[Candidate] = []
    for row in rows:
        override = overrides.get(row.channel_id, _NONE)
        name, group = override.name or row.name, override.group or row.group
        text = channel_text(name, group)
        found.append(Candidate(row.channel_id, row, name, group, text, override.enabled, override.order))
    return found
