"""What the lineup's channels look for, and in which guides. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tunerr.guide.matching.values import Wanted
from tunerr.guide.messages import RenderChannel, RenderSource
from tunerr.model.channel import Channel, Lineup, SourceId
from tunerr.model.source import Source


def wanted_of(channel: Channel, countries: Mapping[SourceId, str]) -> Wanted:
    """Describe one channel; `countries`: where the channels of a source are from, as far as it is said."""
    first = channel.streams[0].source if channel.streams else None
    return Wanted(
        id=channel.id,
        names=tuple(dict.fromkeys(filter(None, (channel.name, *(stream.name for stream in channel.streams))))),
        tvg_id=channel.tvg_id.strip(),
        number=str(channel.wanted_number) if channel.wanted_number is not None else "",
        country=countries.get(first, "") if first is not None else "",
        sources=tuple(dict.fromkeys(stream.source for stream in channel.streams)),
        chosen=channel.guide.chosen,
        refused=channel.guide.refused,
    )


def render_channels(lineup: Lineup, sources: Iterable[Source]) -> tuple[RenderChannel, ...]:
    """Return the rows of the lineup as the edition needs them."""
    countries = {source.id: source.country for source in sources}
    return tuple(
        RenderChannel(
            number=str(row.number),
            name=row.channel.name,
            logo=row.channel.logo,
            wanted=wanted_of(row.channel, countries),
            device=row.device,
            shift=row.channel.guide.shift,
        )
        for row in lineup.channels
    )


def guide_sources(sources: Collection[Source]) -> tuple[RenderSource, ...]:
    """Return the guides among all sources, in their order, as jobs of the worker need them."""
    return tuple(
        RenderSource(id=one.id, of=one.programmes.of, country=country_of(one, sources))
        for one in sources
        if one.kind == "guide"
    )


def country_of(guide: Source, sources: Iterable[Source]) -> str:
    """Return where the channels of a guide are from: its own word, or that of the playlist it belongs to."""
    return guide.country or next((one.country for one in sources if one.id == guide.programmes.of), "")
