-- What providers offer. Only the worker writes this file.
-- One answer of one source. It is published by the one update that sets published_at; a row without it is unfinished
-- and dies at the next job. A source's catalog is its newest published generation, older ones are history.
CREATE TABLE generation (
    id           INTEGER PRIMARY KEY,
    source       TEXT NOT NULL,
    built_at     REAL NOT NULL,        -- Unix seconds, here and below
    published_at REAL,
    entries      INTEGER NOT NULL DEFAULT 0,
    channels     INTEGER NOT NULL DEFAULT 0,
    digest       TEXT NOT NULL DEFAULT '',   -- over all entries in their order: equal answers are not stored twice
    report       TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX generation_by_source ON generation (source, id) WHERE published_at IS NOT NULL;

CREATE VIEW served AS
    SELECT source, max(id) AS generation FROM generation WHERE published_at IS NOT NULL GROUP BY source;

-- A channel of a generation; `number` only links it to its entries. The shown values are those of its first entry.
CREATE TABLE channel (
    generation  INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    channel_id  TEXT NOT NULL,
    ordinal     INTEGER NOT NULL,     -- place of its first entry in the playlist
    name        TEXT NOT NULL,
    group_title TEXT NOT NULL,
    addresses   INTEGER NOT NULL,     -- checksum over the URLs of its entries
    PRIMARY KEY (generation, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX channel_by_id ON channel (generation, channel_id);

CREATE TABLE entry (
    generation  INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,     -- place in the playlist
    channel     INTEGER NOT NULL,     -- channel.number
    name        TEXT NOT NULL,
    tvg_id      TEXT NOT NULL,
    group_title TEXT NOT NULL,
    logo        TEXT NOT NULL,
    chno        TEXT NOT NULL,        -- canonical guide number or empty
    radio       INTEGER NOT NULL,
    url         TEXT NOT NULL,
    zone        INTEGER NOT NULL,     -- model.url.Zone of the playlist that named the URL
    headers     TEXT NOT NULL,        -- JSON array of [name, value]
    PRIMARY KEY (generation, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_by_channel ON entry (generation, channel);

-- Every key a channel was ever recognised by. scope is empty for tvg ids and the source for the other kinds.
-- An empty channel_id marks a key that several channels share: it recognises none.
CREATE TABLE identity (
    kind       TEXT NOT NULL CHECK (kind IN ('tvg', 'name', 'path')),
    scope      TEXT NOT NULL,
    key        TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    learned_at REAL NOT NULL,
    PRIMARY KEY (kind, scope, key)
) STRICT, WITHOUT ROWID;

-- The answers that the shrink guard judges by.
CREATE TABLE answer (
    id          INTEGER PRIMARY KEY,
    source      TEXT NOT NULL,
    at          REAL NOT NULL,
    channels    INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,         -- over the set of channel ids
    outcome     TEXT NOT NULL CHECK (outcome IN ('published', 'unchanged', 'refused'))
) STRICT;
CREATE INDEX answer_by_source ON answer (source, id);
