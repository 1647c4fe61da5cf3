"""The one query that brings a channel's entries together from all sources that hold it."""

from __future__ import annotations

# `:sources` is the JSON list of the sources, best first; `:ids` that of the wanted channels. Entries come in the order
# of the channels asked for, then of the sources, then of the playlist. Most channels have one entry: the first is found
# by its place, the index holds further ones only.
ENTRIES = """
    WITH held AS MATERIALIZED (
        SELECT wanted.key AS place, source.key AS rank, source.value AS source, channel.channel_id,
            channel.generation, channel.ordinal AS first
        FROM json_each(:ids) AS wanted
        CROSS JOIN json_each(:sources) AS source
        CROSS JOIN served ON served.source = source.value
        CROSS JOIN channel ON channel.generation = served.generation AND channel.channel_id = wanted.value
    )
    SELECT held.place, held.rank, held.source, held.channel_id, entry.*
    FROM held CROSS JOIN entry ON entry.generation = held.generation AND entry.ordinal = held.first
    UNION ALL
    SELECT held.place, held.rank, held.source, held.channel_id, entry.*
    FROM held CROSS JOIN entry INDEXED BY entry_further
        ON entry.generation = held.generation AND entry.first = held.first AND entry.ordinal <> entry.first
    ORDER BY place, rank, ordinal"""
